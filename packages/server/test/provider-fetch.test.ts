import { ConnectionRequiredError, type Fetch } from '@connected-accounts/client'
import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createProviderFetch, fromSession, type ProviderFetchOptions } from '../src/index.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const connection = 'google-oauth2'
const readonly = 'https://www.googleapis.com/auth/calendar.readonly'
const provider = `${emulator.url}/upstream/google-oauth2`
const events = `${provider}/calendar/v3/calendars/primary/events`

const seed = async (connected = connection) => {
  const [account] = await emulator.seed({ user_id: 'auth0|alice', connection: connected })
  return account?.id
}

/** Alice's session, a `fetch` for the calendar with it, and what was sent. */
async function session({ send = fetch }: { send?: Fetch } = {}) {
  const exchanges: URLSearchParams[] = []
  const calls: Request[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      if (body.includes('token-exchange')) exchanges.push(new URLSearchParams(body))
      return send(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const get = (options: Partial<ProviderFetchOptions> = {}, url = events) =>
    visitor.request((store) => {
      const calendar = createProviderFetch({
        exchange: fromSession(server, store),
        connection,
        scopes: [readonly],
        allowedOrigins: [emulator.url],
        async fetch(request) {
          calls.push(request)
          return fetch(request)
        },
        ...options,
      })
      return calendar(url)
    })
  return { get, exchanges, calls, server, visitor }
}

type World = Awaited<ReturnType<typeof session>>

/** Revokes the token of the last call at the provider. */
async function revokeAtProvider(calls: Request[]): Promise<void> {
  const token = calls.at(-1)?.headers.get('authorization')?.replace('Bearer ', '') ?? ''
  const { status } = await fetch(`${provider}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({
      token,
      client_id: `auth0-${connection}`,
      client_secret: `${connection}-secret`,
    }),
  })
  expect(status).toBe(200)
}

/** Connects an account of this visitor at the provider, with these scopes. */
async function connect({ server, visitor }: World, scopes: string[]): Promise<string> {
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection, scopes }, store),
  )
  const callbackUrl = await visitor.connect(url)
  const { account } = await visitor.request((store) =>
    server.completeConnectAccount(callbackUrl, store),
  )
  return account.id
}

describe('createProviderFetch', () => {
  test("reads the user's calendar with the token from Token Vault", async () => {
    await seed()
    const { get } = await session()
    const response = await get()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ kind: 'calendar#events' })
  })

  test('twenty calls at once make one exchange, and later calls make none', async () => {
    await seed()
    const { get, exchanges } = await session()
    const answers = await Promise.all(Array.from({ length: 20 }, () => get()))
    await get()
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(exchanges).toHaveLength(1)
  })

  test('a token that the provider refuses is exchanged anew, past the cache, and the call goes on', async () => {
    await seed()
    const { get, exchanges, calls } = await session()
    await get()
    emulator.clock.advance(3600)
    expect((await get()).status).toBe(200)
    expect(exchanges).toHaveLength(2)
    expect(calls).toHaveLength(3)
  })

  test('twenty calls whose token is refused at once share one new exchange', async () => {
    await seed()
    const { get, exchanges } = await session()
    await get()
    emulator.clock.advance(3600)
    const answers = await Promise.all(Array.from({ length: 20 }, () => get()))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(exchanges).toHaveLength(2)
  })

  test('a user who has connected no account: not_connected, and nothing is sent to the provider', async () => {
    const { get, calls } = await session()
    const error = await rejection(get())
    expect(error).toBeInstanceOf(ConnectionRequiredError)
    expect(error).toMatchObject({
      reason: 'not_connected',
      connection,
      scopes: [readonly],
      accountId: undefined,
      cause: { code: 'connection_not_connected' },
    })
    expect(calls).toHaveLength(0)
  })

  test('an account that is listed, but of which Token Vault has no usable token: expired', async () => {
    emulator.switches.set({ providerRefreshToken: 'missing' })
    const accountId = await seed()
    const { get } = await session()
    expect(await rejection(get())).toMatchObject({ reason: 'expired', accountId })
  })

  test('a provider that has ended the grant when Auth0 refreshes the token: revoked, because it refused the token before', async () => {
    const accountId = await seed()
    const { get } = await session()
    await get()
    emulator.clock.advance(3600)
    emulator.failNext('providerToken', { status: 400 })
    expect(await rejection(get())).toMatchObject({ reason: 'revoked', accountId })
  })

  test('a provider that refuses a token which should be valid: revoked, after one more exchange', async () => {
    const accountId = await seed()
    const { get, exchanges, calls } = await session()
    await get()
    await revokeAtProvider(calls)
    expect(await rejection(get())).toMatchObject({ reason: 'revoked', accountId })
    expect(exchanges).toHaveLength(2)
    expect(calls).toHaveLength(2)
  })

  test('an account whose time is over by the list: expired', async () => {
    await seed()
    const { get, calls } = await session({
      async send(request) {
        const response = await fetch(request)
        if (!request.url.includes('/connected-accounts/accounts')) return response
        const { accounts } = await response.json()
        const [account] = accounts
        return Response.json({
          accounts: [{ ...account, expires_at: new Date(Date.now() - 1).toISOString() }],
        })
      },
    })
    await get()
    await revokeAtProvider(calls)
    expect(await rejection(get())).toMatchObject({ reason: 'expired' })
  })

  test('an account that was deleted while a token of it was in use: not_connected', async () => {
    const id = (await seed()) ?? ''
    const { get, calls, server, visitor } = await session()
    await get()
    await revokeAtProvider(calls)
    await visitor.request((store) => server.deleteConnectedAccount(id, store))
    expect(await rejection(get())).toMatchObject({ reason: 'not_connected' })
  })

  test('with a login hint that Token Vault does not find, the account may not be the one: not_connected, without its id', async () => {
    await seed()
    const { get } = await session()
    const error = await rejection(get({ loginHint: 'nobody@google.example' }))
    expect(error).toMatchObject({ reason: 'not_connected', accountId: undefined })
  })

  test('a list of accounts that fails does not hide what the call has shown', async () => {
    await seed()
    const { get, calls } = await session()
    await get()
    await revokeAtProvider(calls)
    emulator.failNext('getConnectedAccounts', { status: 500 })
    expect(await rejection(get())).toMatchObject({ reason: 'revoked', accountId: undefined })
  })

  test('scopes that Token Vault did not get: missing_scopes, and nothing is sent to the provider', async () => {
    const world = await session()
    const accountId = await connect(world, ['openid', 'email'])
    expect(await rejection(world.get())).toMatchObject({
      reason: 'missing_scopes',
      scopes: [readonly],
      accountId,
    })
    expect(world.calls).toHaveLength(0)
  })

  test('a provider that answers insufficient_scope: missing_scopes', async () => {
    const world = await session()
    await connect(world, ['openid', 'email'])
    // Google lists every scope that would do, so it does not say which one to ask for.
    expect(await rejection(world.get({ scopes: [] }))).toMatchObject({
      reason: 'missing_scopes',
      scopes: [],
    })
    expect(world.exchanges).toHaveLength(1)
  })

  test('the scopes of a definition are the scopes of the calls', async () => {
    const world = await session()
    await connect(world, ['openid', 'email'])
    const definition = { connection, scopes: [readonly] }
    const error = await rejection(world.get({ connection: definition, scopes: undefined }))
    expect(error).toMatchObject({ reason: 'missing_scopes', connection, scopes: [readonly] })
  })

  test('scopes that the provider requires may have other names in Token Vault', async () => {
    const world = await session()
    await connect(world, ['openid', readonly])
    const google = { name: 'Google', strategy: connection, requiredScopes: ['profile'] }
    const definition = { connection, provider: google, scopes: [readonly, 'profile'] }
    const response = await world.get({ connection: definition, scopes: undefined })
    expect(response.status).toBe(200)
  })

  test('nobody who is logged in: missing_session', async () => {
    const { get, visitor } = await session()
    visitor.cookies.clear()
    expect(await rejection(get())).toMatchObject({ name: 'SessionError', code: 'missing_session' })
  })

  test('a tenant that fails is not a grant that is missing', async () => {
    await seed()
    const { get } = await session()
    emulator.failNext('getToken', { status: 503 })
    expect(await rejection(get())).toMatchObject({ name: 'TokenError', status: 503 })
  })

  test('no error has the token', async () => {
    await seed()
    const { get, calls } = await session()
    await get()
    const token = calls[0]?.headers.get('authorization')?.slice(7) ?? ''
    await revokeAtProvider(calls)
    const error = await rejection(get())
    expect(token).not.toBe('')
    expect(`${JSON.stringify(error)} ${String(error)} ${Object(error).stack}`).not.toContain(token)
  })
})
