import { describe, expect, it } from 'vitest'
import document from '../src/generated/my-account.json' with { type: 'json' }
import type { OperationId } from '../src/my-account/contract.js'
import { browse } from './consent.js'
import { createCaller, createTestBed, mintToken, type TestBed } from './context.js'
import { createContractChecker } from './contract.js'
import { createDpopClient } from './dpop-client.js'

const checker = createContractChecker(document)
const redirect_uri = 'http://localhost:3000/connected'
const start = { connection: 'google-oauth2', redirect_uri }
const completion = { auth_session: 'x'.repeat(64), connect_code: 'y'.repeat(32), redirect_uri }

/** Each operation with a request that is authorized and fits its schema. */
const requests = {
  createConnectedAccountRequest: { path: '/connect', body: start },
  completeConnectedAccountRequest: { path: '/complete', body: completion },
  getConnectedAccounts: { path: '/accounts' },
  getConnectedAccountsConnections: { path: '/connections' },
  deleteConnectedAccount: { path: '/accounts/cac_unknown', method: 'DELETE' },
}
const operations = Object.entries(requests)
const withBody = operations.filter(([, request]) => 'body' in request)

/** A bed with a session whose user came back, and the body that completes it. */
async function arrive() {
  const bed = await createTestBed()
  const call = createCaller(bed)
  const session = await (await call('/connect', { body: start })).json()
  const url = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
  const stop = (target: string) => target.startsWith(redirect_uri)
  const callback = await browse(bed.resources.fetch, url, { stop })
  const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
  return { call, body: { ...completion, auth_session: session.auth_session, connect_code } }
}

async function sendWith(
  options: { scope?: string; fault?: number; bed?: TestBed },
  [id, request]: [string, (typeof requests)[keyof typeof requests]],
) {
  const bed = options.bed ?? (await createTestBed())
  const operation = id as OperationId // a key of `requests`
  if (options.fault) bed.context.faults.add({ operation, status: options.fault })
  const claims = options.scope === undefined ? {} : { scope: options.scope }
  const token = await mintToken(bed.context, claims)
  return createCaller(bed)(request.path, { ...request, token })
}

describe('my-account.yaml is what the My Account API answers', () => {
  it('createConnectedAccountRequest 201 and completeConnectedAccountRequest 201: an account is connected', async () => {
    const call = createCaller(await createTestBed())
    const started = await call('/connect', { body: start })
    expect(started.status).toBe(201)
    await checker.check('createConnectedAccountRequest', started)
    const arrived = await arrive()
    const completed = await arrived.call('/complete', { body: arrived.body })
    expect(completed.status).toBe(201)
    await checker.check('completeConnectedAccountRequest', completed)
    const listed = await arrived.call('/accounts')
    await checker.check('getConnectedAccounts', listed)
    const { id } = await completed.json()
    const deleted = await arrived.call(`/accounts/${id}`, { method: 'DELETE' })
    expect(deleted.status).toBe(204)
    await checker.check('deleteConnectedAccount', deleted)
  })

  it('getConnectedAccountsConnections 200: the connections of the client', async () => {
    const response = await createCaller(await createTestBed())('/connections')
    expect(response.status).toBe(200)
    await checker.check('getConnectedAccountsConnections', response)
  })

  it('every success has the rate-limit headers', async () => {
    const call = createCaller(await createTestBed())
    for (const response of [await call('/accounts'), await call('/connect', { body: start })]) {
      expect(response.headers.get('x-ratelimit-limit')).toBe('1000')
      expect(Number(response.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
    }
  })

  it.each(operations)('%s 401: no access token', async (id, request) => {
    const headers = { authorization: '' }
    const call = createCaller(await createTestBed())
    const response = await call(request.path, { ...request, headers })
    expect(response.status).toBe(401)
    await checker.check(id, response)
  })

  it.each(operations)('%s 403: the scope is missing', async (...operation) => {
    const response = await sendWith({ scope: 'openid' }, operation)
    expect(response.status).toBe(403)
    await checker.check(operation[0], response)
  })

  it.each(withBody)('%s 415: the body is a form', async (id, request) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const call = createCaller(await createTestBed())
    const response = await call(request.path, { ...request, headers })
    expect(response.status).toBe(415)
    await checker.check(id, response)
  })

  it.each(withBody)('%s 400: the body lacks its fields', async (id, { path }) => {
    const response = await createCaller(await createTestBed())(path, { body: {} })
    expect(response.status).toBe(400)
    await checker.check(id, response)
  })

  it.each([
    ['getConnectedAccounts', '/accounts?take=0', 'GET'],
    ['getConnectedAccountsConnections', '/connections?from=garbage', 'GET'],
    ['deleteConnectedAccount', '/accounts/12', 'DELETE'],
  ])('%s 400: %s', async (id, path, method) => {
    const response = await createCaller(await createTestBed())(path, { method })
    expect(response.status).toBe(400)
    await checker.check(id, response)
  })

  it('getConnectedAccounts 400 and 401: a bad proof, and one without a usable nonce', async () => {
    const client = await createDpopClient()
    const bad = await client.send('no proof')
    expect(bad.status).toBe(400)
    await checker.check('getConnectedAccounts', bad)
    const proof = await client.prove()
    client.bed.resources.reset()
    const stale = await client.send(proof)
    expect(stale.status).toBe(401)
    await checker.check('getConnectedAccounts', stale)
  })

  it.each([
    ['createConnectedAccountRequest', '/connect', { body: { ...start, connection: 'unknown' } }],
    ['completeConnectedAccountRequest', '/complete', { body: completion }],
    ['deleteConnectedAccount', '/accounts/cac_unknown', { method: 'DELETE' }],
  ])('%s 404: %s of something that is not there', async (id, path, options) => {
    const response = await createCaller(await createTestBed())(path, options)
    expect(response.status).toBe(404)
    await checker.check(id, response)
  })

  it.each(operations)('%s 429, by the fault switch', async (...operation) => {
    const response = await sendWith({ fault: 429 }, operation)
    expect(response.status).toBe(429)
    await checker.check(operation[0], response, 'fault')
  })

  it('completeConnectedAccountRequest 409, by the fault switch', async () => {
    const operation = [
      'completeConnectedAccountRequest',
      requests.completeConnectedAccountRequest,
    ] as const
    const response = await sendWith({ fault: 409 }, [...operation])
    expect(response.status).toBe(409)
    await checker.check(operation[0], response, 'fault')
  })

  it('a fault answers once, with any status and its own headers', async () => {
    const { context, resources } = await createTestBed()
    const headers = { 'Retry-After': '7', 'x-auth0-error-kind': 'global-rate-limit' }
    context.faults.add({ operation: 'getConnectedAccounts', status: 429, headers })
    context.faults.add({ operation: 'getConnectedAccounts', status: 500 })
    const call = createCaller({ context, resources, wait() {} })
    const limited = await call('/accounts')
    expect(limited.headers.get('retry-after')).toBe('7')
    await checker.check('getConnectedAccounts', limited, 'fault')
    expect((await call('/accounts')).status).toBe(500)
    expect((await call('/accounts')).status).toBe(200)
  })

  it('every status of every operation was reached', () => {
    expect(checker.unreached()).toEqual([])
  })

  it('only these were reached by the fault switch', () => {
    expect(checker.reachedByFaultOnly().sort()).toEqual([
      'completeConnectedAccountRequest 409',
      'completeConnectedAccountRequest 429',
      'createConnectedAccountRequest 429',
      'deleteConnectedAccount 429',
      'getConnectedAccounts 429',
      'getConnectedAccountsConnections 429',
    ])
  })
})

describe('The contract checker', () => {
  const fresh = () => createContractChecker(document)
  const problem = { type: 'https://a.test/b', status: 415, title: 't', detail: 'd' }

  it.each([
    ['a status that is not documented', Response.json({}, { status: 418 }), 'has no'],
    ['a body of another shape', Response.json({ accounts: [{}] }), 'must have required property'],
    [
      'a field that is not documented',
      Response.json({ accounts: [], total: 0 }),
      'must NOT have additional',
    ],
    [
      'another media type',
      new Response('<p>', { headers: { 'content-type': 'text/html' } }),
      'text/html',
    ],
    [
      'a required header that is missing',
      Response.json({ ...problem, status: 429 }, { status: 429 }),
      'retry-after',
    ],
    [
      'a header of another type',
      Response.json({ accounts: [] }, { headers: { 'x-ratelimit-limit': 'many' } }),
      'must be integer',
    ],
  ])('refuses %s', async (_name, response, message) => {
    await expect(fresh().check('getConnectedAccounts', response)).rejects.toThrow(message)
  })

  it('lists what was not reached', () => {
    expect(fresh().unreached()).toContain('deleteConnectedAccount 204')
  })
})
