import { browse } from '@connected-accounts/testing/person/consent'
import { describe, expect, it } from 'vitest'
import { createCaller, createTestBed, type TestBed } from './context.js'

const redirect_uri = 'http://localhost:3000/connected'
const alice = { userId: 'auth0|alice', connection: 'google-oauth2' }

/** Connects an account through the whole flow. Returns its id. */
async function connect(bed: TestBed, request: object = {}, account?: string): Promise<string> {
  const call = createCaller(bed)
  const body = { connection: 'google-oauth2', redirect_uri, ...request }
  const { auth_session, connect_uri, connect_params } = await (
    await call('/connect', { body })
  ).json()
  const callback = await browse(
    bed.resources.fetch,
    `${connect_uri}?ticket=${connect_params.ticket}`,
    {
      stop: (url) => url.startsWith(redirect_uri),
      ...(account !== undefined && { account }),
    },
  )
  const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
  const completed = await call('/complete', { body: { auth_session, connect_code, redirect_uri } })
  return (await completed.json()).id
}

async function whose({ context, resources }: TestBed, accessToken: string | undefined) {
  const headers = { authorization: `Bearer ${accessToken}` }
  const url = `${context.url}/upstream/google-oauth2/userinfo`
  const response = await resources.fetch(new Request(url, { headers }))
  return response.ok ? (await response.json()).email : response.status
}

describe('Token Vault', () => {
  it("has the provider's token of a connected account", async () => {
    const bed = await createTestBed()
    await connect(bed)
    const token = await bed.resources.vault.exchange(alice)
    expect(token?.scope).toBe(
      'openid profile email https://www.googleapis.com/auth/calendar.readonly',
    )
    expect(token?.expiresIn).toBeGreaterThan(3590)
    expect(await whose(bed, token?.accessToken)).toBe('alice@google.example')
  })

  it("keeps GitHub's commas in the scope", async () => {
    const bed = await createTestBed()
    await connect(bed, { connection: 'github' })
    const token = await bed.resources.vault.exchange({ ...alice, connection: 'github' })
    expect(token?.scope).toBe('read:user,repo,offline_access')
  })

  it('gives the same token while it is good and a refreshed one when it has expired', async () => {
    const bed = await createTestBed()
    await connect(bed)
    const first = await bed.resources.vault.exchange(alice)
    bed.wait(1800)
    expect((await bed.resources.vault.exchange(alice))?.accessToken).toBe(first?.accessToken)
    bed.wait(1801)
    const second = await bed.resources.vault.exchange(alice)
    expect(second?.accessToken).not.toBe(first?.accessToken)
    expect(second?.scope).toBe(first?.scope)
    expect(second?.expiresIn).toBeGreaterThan(3590)
    expect(await whose(bed, second?.accessToken)).toBe('alice@google.example')
  })

  it('takes the most recently connected account, or the one that loginHint names', async () => {
    const bed = await createTestBed()
    const { vault } = bed.resources
    await connect(bed)
    await connect(bed, {}, 'alice.work@google.example')
    const emailFor = async (loginHint?: string) =>
      whose(bed, (await vault.exchange({ ...alice, ...(loginHint && { loginHint }) }))?.accessToken)
    expect(await emailFor()).toBe('alice.work@google.example')
    expect(await emailFor('Alice@google.example')).toBe('alice@google.example')
    expect(await vault.exchange({ ...alice, loginHint: 'bob@google.example' })).toBeUndefined()
    await connect(bed)
    expect(await emailFor()).toBe('alice@google.example')
  })

  it('has nothing for another user, another connection, or a deleted account', async () => {
    const bed = await createTestBed()
    const { vault } = bed.resources
    const id = await connect(bed)
    expect(await vault.exchange({ ...alice, userId: 'auth0|bob' })).toBeUndefined()
    expect(await vault.exchange({ ...alice, connection: 'acme' })).toBeUndefined()
    const token = await vault.exchange(alice)
    await createCaller(bed)(`/accounts/${id}`, { method: 'DELETE' })
    expect(await vault.exchange(alice)).toBeUndefined()
    expect(await whose(bed, token?.accessToken)).toBe('alice@google.example')
  })

  it('has nothing when the provider gave no refresh token', async () => {
    const bed = await createTestBed()
    await connect(bed, { authorization_params: { access_type: 'online' } })
    expect(await bed.resources.vault.exchange(alice)).toBeUndefined()
  })

  it('has nothing when the provider no longer takes the refresh token', async () => {
    const bed = await createTestBed()
    await connect(bed)
    const refreshToken =
      bed.resources.accounts.list(alice.userId)[0]?.grant.tokens.refreshToken ?? ''
    const body = new URLSearchParams({
      token: refreshToken,
      client_id: 'auth0-google-oauth2',
      client_secret: 'google-oauth2-secret',
    })
    const url = `${bed.context.url}/upstream/google-oauth2/revoke`
    await bed.resources.fetch(new Request(url, { method: 'POST', body }))
    bed.wait(3601)
    expect(await bed.resources.vault.exchange(alice)).toBeUndefined()
  })
})

describe('A token that nobody exchanges', () => {
  const day = 86_400

  it('is kept for a year, which begins anew with each exchange', async () => {
    const bed = await createTestBed()
    await connect(bed)
    bed.wait(365 * day - 60)
    expect(await bed.resources.vault.exchange(alice)).toBeDefined()
    bed.wait(365 * day - 60)
    expect(await bed.resources.vault.exchange(alice)).toBeDefined()
  })

  it('is dropped after more than a year, and the account stays in the list', async () => {
    const bed = await createTestBed()
    const id = await connect(bed)
    bed.wait(365 * day + 1)
    expect(await bed.resources.vault.exchange(alice)).toBeUndefined()
    const { accounts } = await (await createCaller(bed)('/accounts')).json()
    expect(accounts).toMatchObject([{ id }])
    await connect(bed)
    expect(await bed.resources.vault.exchange(alice)).toBeDefined()
  })
})

describe('A login hint', () => {
  it.each([
    { kind: 'id_or_email', byEmail: true, byId: true },
    { kind: 'id', byEmail: false, byId: true },
    { kind: 'email', byEmail: true, byId: false },
  ] as const)('with exchangeLoginHint $kind chooses an account only by that', async (row) => {
    const bed = await createTestBed()
    await connect(bed, {}, 'alice.work@google.example')
    const [entry] = bed.resources.accounts.list('auth0|alice')
    bed.context.switches.set({ exchangeLoginHint: row.kind })
    const isFound = async (loginHint = '') =>
      (await bed.resources.vault.exchange({ ...alice, loginHint })) !== undefined
    expect(await isFound('alice.work@google.example')).toBe(row.byEmail)
    expect(await isFound(entry?.grant.subject)).toBe(row.byId)
  })
})
