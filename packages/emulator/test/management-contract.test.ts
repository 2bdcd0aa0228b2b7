import {
  type ManagementCall,
  manage,
  managementToken,
} from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { operations as generated } from '../src/generated/management.js'
import document from '../src/generated/management.json' with { type: 'json' }
import { createEmulator, type Emulator } from '../src/index.js'
import { createContractChecker } from './contract.js'

type OperationId = keyof generated

const checker = createContractChecker(document)

const scopes = [
  'read:users',
  'read:clients',
  'update:clients',
  'read:connections',
  'update:connections',
]

/** Each operation with a request that succeeds, and its scope. The test replaces `ID` by the id of the subject. */
const requests: Record<OperationId, { id: string; scope: string } & ManagementCall> = {
  getClient: { id: 'spa', scope: 'read:clients', path: '/clients/ID' },
  updateClient: {
    id: 'spa',
    scope: 'update:clients',
    path: '/clients/ID',
    body: { name: 'Renamed' },
  },
  updateConnection: {
    id: 'con_google',
    scope: 'update:connections',
    path: '/connections/ID',
    body: { connected_accounts: { active: true } },
  },
  updateConnectionClients: {
    id: 'con_google',
    scope: 'update:connections',
    path: '/connections/ID/clients',
    body: [{ client_id: 'web', status: false }],
  },
  getUser: { id: 'auth0|alice', scope: 'read:users', path: '/users/ID' },
  getUserConnectedAccounts: {
    id: 'auth0|alice',
    scope: 'read:users',
    path: '/users/ID/connected-accounts?take=1',
  },
}
// The type of the record makes its keys operations.
const operations = Object.keys(requests) as OperationId[]
const withBody = operations.filter((operation) => requests[operation].body !== undefined)

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

/** Sends the operation's request with a change, checks the answer against the document, and returns it. */
async function send(
  operation: OperationId,
  change: Partial<ManagementCall> & { id?: string } = {},
) {
  const { id, ...call } = { ...requests[operation], ...change }
  const path = call.path.replace('ID', encodeURIComponent(id))
  const response = await manage(emulator, { ...call, path })
  await checker.check(operation, response)
  return response
}

async function fail(operation: OperationId, status: number): Promise<Response> {
  emulator.failNext(operation, { status })
  const { id, ...call } = requests[operation]
  const path = call.path.replace('ID', encodeURIComponent(id))
  const response = await manage(emulator, { ...call, path })
  await checker.check(operation, response, 'fault')
  return response
}

describe('management.yaml is what the Management API answers', () => {
  it.each(operations)('%s 200 or 204, with the rate-limit headers', async (operation) => {
    const account = { user_id: 'auth0|alice', connection: 'google-oauth2', count: 2 }
    const body = JSON.stringify(account)
    await fetch(`${emulator.url}/_emulator/accounts`, { method: 'POST', body })
    const { status, headers } = await send(operation)
    expect(status).toBe(operation === 'updateConnectionClients' ? 204 : 200)
    expect(headers.get('x-ratelimit-remaining')).toBe('999')
  })

  it.each(operations)('%s 401: no access token', async (operation) => {
    const response = await send(operation, { headers: { authorization: '' } })
    expect(response.status).toBe(401)
  })

  it.each(operations)('%s 403: the token has all scopes but the one', async (operation) => {
    const { scope } = requests[operation]
    const others = scopes.filter((other) => other !== scope)
    const token = await managementToken(emulator, others.join(' '))
    const response = await send(operation, { token })
    expect(response.status).toBe(403)
    expect((await response.json()).message).toBe(`Insufficient scope, expected any of: ${scope}`)
  })

  it.each(operations)('%s 404: there is no such thing', async (operation) => {
    expect((await send(operation, { id: 'unknown' })).status).toBe(404)
  })

  it.each(operations)('%s 400: the id is too long', async (operation) => {
    const response = await send(operation, { id: 'x'.repeat(256) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errorCode: 'invalid_uri' })
  })

  it.each(withBody)('%s 400: the body is another type', async (operation) => {
    const response = await send(operation, { body: 'text' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errorCode: 'invalid_body' })
  })

  it.each(operations)('%s 429, by the fault switch', async (operation) => {
    expect((await fail(operation, 429)).status).toBe(429)
    expect((await send(operation)).ok).toBe(true)
  })

  it('updateConnection 409, by the fault switch', async () => {
    expect((await fail('updateConnection', 409)).status).toBe(409)
  })

  it('every status of every operation was reached', () => {
    expect(checker.unreached()).toEqual([])
  })

  it('only these were reached by the fault switch', () => {
    expect(checker.reachedByFaultOnly().sort()).toEqual([
      'getClient 429',
      'getUser 429',
      'getUserConnectedAccounts 429',
      'updateClient 429',
      'updateConnection 409',
      'updateConnection 429',
      'updateConnectionClients 429',
    ])
  })
})
