import { type ManagementCall, manage } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createTestBed, mintToken } from './context.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
})

async function json(call: ManagementCall) {
  return (await manage(emulator, call)).json()
}

async function seed(count: number): Promise<void> {
  const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'google-oauth2', count })
  await fetch(`${emulator.url}/_emulator/accounts`, { method: 'POST', body })
}

describe('A user', () => {
  it('has an identity of the database', async () => {
    expect(await json({ path: '/users/auth0%7Cbob' })).toEqual({
      user_id: 'auth0|bob',
      email: 'bob@example.test',
      email_verified: true,
      name: 'Bob',
      nickname: 'bob',
      picture: expect.stringMatching(/^data:/),
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
      identities: [
        {
          connection: 'Username-Password-Authentication',
          user_id: 'bob',
          provider: 'auth0',
          isSocial: false,
        },
      ],
      connected_accounts: [],
    })
  })

  it('has accounts in pages of 10, or of 20 at most', async () => {
    await seed(25)
    const path = '/users/auth0%7Calice/connected-accounts'
    const ids = new Set<string>()
    const page = async (query: string) => {
      const { connected_accounts, next } = await json({ path: `${path}?${query}` })
      for (const { id } of connected_accounts) ids.add(id)
      return { size: connected_accounts.length, next }
    }
    expect((await page('')).size).toBe(10)
    const first = await page('take=100')
    expect(first.size).toBe(20)
    const last = await page(`from=${first.next}`)
    expect(last).toEqual({ size: 5, next: undefined })
    expect(ids.size).toBe(25)
  })

  it.each(['take=0', 'take=101', 'take=x', 'from=x'])(
    'has no page of accounts for %s',
    async (query) => {
      const path = `/users/auth0%7Calice/connected-accounts?${query}`
      const response = await manage(emulator, { path })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: 'Bad Request',
        errorCode: 'invalid_query_string',
        message: expect.stringContaining('Query validation error'),
      })
    },
  )

  it('has the organization of an account under the name of this API', async () => {
    const { context, resources } = await createTestBed()
    const tokens = { accessToken: 'a', expiresAt: 0, scope: '' }
    const grant = { subject: 's', scopes: [], tokens }
    const owner = { userId: 'auth0|alice', orgId: 'org_1' }
    resources.accounts.connect(owner, 'acme', grant)
    const claims = { aud: context.managementAudience, sub: 'm@clients', scope: 'read:users' }
    const authorization = `Bearer ${await mintToken(context, claims)}`
    const url = `${context.url}/api/v2/users/auth0%7Calice/connected-accounts`
    const response = await resources.fetch(new Request(url, { headers: { authorization } }))
    const [account] = (await response.json()).connected_accounts
    expect(account).toHaveProperty('organization_id', 'org_1')
    expect(account).not.toHaveProperty('org_id')
  })
})
