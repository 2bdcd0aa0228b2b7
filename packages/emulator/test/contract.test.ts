import { describe, expect, it } from 'vitest'
import document from '../src/generated/my-account.json' with { type: 'json' }
import { createCaller, createTestBed } from './context.js'
import { createContractChecker } from './contract.js'

describe('The My Account API', () => {
  it('has the rate-limit headers in every success', async () => {
    const call = createCaller(await createTestBed())
    const redirect_uri = 'http://localhost:3000/connected'
    const start = { connection: 'google-oauth2', redirect_uri }
    for (const response of [await call('/accounts'), await call('/connect', { body: start })]) {
      expect(response.headers.get('x-ratelimit-limit')).toBe('1000')
      expect(Number(response.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
    }
  })

  it('answers a fault once, with any status and its own headers', async () => {
    const { context, resources } = await createTestBed()
    const headers = { 'Retry-After': '7', 'x-auth0-error-kind': 'global-rate-limit' }
    context.faults.add({ operation: 'getConnectedAccounts', status: 429, headers })
    context.faults.add({ operation: 'getConnectedAccounts', status: 500 })
    const call = createCaller({ context, resources, wait() {} })
    const limited = await call('/accounts')
    expect(limited.headers.get('retry-after')).toBe('7')
    await createContractChecker(document).check('getConnectedAccounts', limited, 'fault')
    expect((await call('/accounts')).status).toBe(500)
    expect((await call('/accounts')).status).toBe(200)
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
