import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createServer, loggedIn, redirectUri, rejection } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

test('an account is connected, listed, its token exchanged, and deleted', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github', appState: { returnUrl: '/x' } }, store),
  )
  const callbackUrl = await visitor.connect(url)
  const completed = await visitor.request((store) =>
    server.completeConnectAccount(callbackUrl, store),
  )
  expect(completed).toMatchObject({
    account: { connection: 'github' },
    appState: { returnUrl: '/x' },
  })
  const { accounts } = await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(accounts.map(({ id }) => id)).toEqual([completed.account.id])
  const { connections } = await visitor.request((store) => server.listConnections({}, store))
  expect(connections.map(({ name }) => name)).toContain('github')
  const connection = 'github'
  const exchange = () =>
    visitor.request((store) => server.getAccessTokenForConnection({ connection }, store))
  expect((await exchange()).scopes).toContain('repo')
  await visitor.request((store) => server.deleteConnectedAccount(completed.account.id, store))
  expect(await rejection(exchange())).toMatchObject({
    name: 'TokenError',
    code: 'connection_not_connected',
  })
})

test('a refused consent has the code access_denied, and the transaction is gone', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github', returnTo: '/accounts' }, store),
  )
  const callbackUrl = await visitor.connect(url, { decision: 'cancel' })
  const complete = () =>
    visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
  expect(await rejection(complete())).toMatchObject({
    name: 'ConnectFlowError',
    code: 'access_denied',
    returnTo: '/accounts',
  })
  expect(await rejection(complete())).toMatchObject({ code: 'unknown_state' })
})

test('only the same user in the same session completes a flow', async () => {
  const server = createServer(emulator)
  const alice = await loggedIn(server, emulator.url)
  const url = await alice.request((store) =>
    server.startConnectAccount({ connection: 'github' }, store),
  )
  const callbackUrl = await alice.connect(url)
  const bob = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  const again = await loggedIn(server, emulator.url)
  for (const other of [bob, again]) {
    for (const [name, value] of alice.cookies) {
      if (name.startsWith('ca-3000_tx.')) other.cookies.set(name, value)
    }
    const attempt = other.request((store) => server.completeConnectAccount(callbackUrl, store))
    expect(await rejection(attempt)).toMatchObject({ code: 'user_mismatch' })
  }
  await alice.request((store) => server.completeConnectAccount(callbackUrl, store))
})

test('two flows at once are both completed', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const urls: string[] = []
  for (const connection of ['github', 'acme']) {
    urls.push(await visitor.request((store) => server.startConnectAccount({ connection }, store)))
  }
  for (const url of urls) {
    const callbackUrl = await visitor.connect(url)
    await visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
  }
  const { accounts } = await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(accounts).toHaveLength(2)
})

test.for(['is kept', 'is forgotten'])(
  'a flow that was lost does not report the account of another flow of its browser, which %s',
  async (what) => {
    const server = createServer(emulator)
    const visitor = await loggedIn(server, emulator.url)
    const comeBack = async () => {
      const url = await visitor.request((store) =>
        server.startConnectAccount({ connection: 'github' }, store),
      )
      return visitor.connect(url)
    }
    const complete = (callbackUrl: URL) =>
      visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
    const lost = await comeBack()
    const other = await comeBack()
    emulator.failNext('completeConnectedAccountRequest', { status: 503 })
    expect(await rejection(complete(lost))).toMatchObject({ status: 503 })
    await complete(other)
    for (const name of what === 'is forgotten' ? visitor.cookies.keys() : [])
      if (name.startsWith('ca_tx.ended.')) visitor.cookies.delete(name)
    emulator.clock.advance(301)
    expect(await rejection(complete(lost))).toMatchObject({ code: 'outcome_unknown' })
  },
)

test('a flow whose time is over has the code expired', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github', appState: 'kept' }, store),
  )
  const callbackUrl = await visitor.connect(url)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
  onTestFinished(() => void vi.useRealTimers())
  const attempt = visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
  expect(await rejection(attempt)).toMatchObject({ code: 'expired', appState: 'kept' })
})

test('tokens of connections are cached by session, connection, login hint and scopes', async () => {
  const exchanged: string[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      const body = request.url.endsWith('/oauth/token') ? await request.clone().text() : ''
      if (body.includes('token-exchange')) exchanged.push(body)
      return fetch(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const [first, second] = await emulator.seed([
    { user_id: 'auth0|alice', connection: 'github' },
    { user_id: 'auth0|alice', connection: 'acme' },
  ])
  expect(first && second).toBeTruthy()
  const get = (options: { connection: string; loginHint?: string; scopes?: string[] }) =>
    visitor.request((store) => server.getAccessTokenForConnection(options, store))
  const before = new Map(visitor.cookies)
  const [one, same] = await Promise.all([
    get({ connection: 'github' }),
    get({ connection: 'github' }),
  ])
  expect(await get({ connection: 'github' })).toEqual(one)
  expect(same).toEqual(one)
  expect(exchanged).toHaveLength(1)
  await get({ connection: 'acme' })
  await get({ connection: 'github', scopes: ['repo'] })
  expect(exchanged).toHaveLength(3)
  expect(visitor.cookies).toEqual(before) // no third party's token is put there
  const another = await loggedIn(server, emulator.url)
  await another.request((store) =>
    server.getAccessTokenForConnection({ connection: 'github' }, store),
  )
  expect(exchanged).toHaveLength(4)
})

test('a connection that is not enabled is not_found, and redirectUri may be another', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const start = (connection: string, redirect?: string) =>
    visitor.request((store) =>
      server.startConnectAccount({ connection, redirectUri: redirect }, store),
    )
  expect(await rejection(start('nowhere'))).toMatchObject({
    name: 'MyAccountApiError',
    code: 'not_found',
  })
  const callbackUrl = await visitor.connect(await start('github', `${redirectUri}/connected`))
  expect(callbackUrl.pathname).toBe('/callback/connected')
})
