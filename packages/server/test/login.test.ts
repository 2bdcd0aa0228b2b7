import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createServer, createVisitor, loggedIn, redirectUri, rejection } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

test('a login gives the user, the session and the state of the application', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) =>
    server.startInteractiveLogin({ appState: { returnUrl: '/inbox' } }, store),
  )
  const callbackUrl = await visitor.logIn(url)
  const completed = await visitor.request((store) =>
    server.completeInteractiveLogin(callbackUrl, store),
  )
  expect(completed.appState).toEqual({ returnUrl: '/inbox' })
  expect(completed.user).toMatchObject({ sub: 'auth0|alice', email: 'alice@example.test' })
  expect(completed.user).not.toHaveProperty('nonce')
  expect(await visitor.request((store) => server.getUser(store))).toEqual(completed.user)
  const session = await visitor.request((store) => server.getSession(store))
  expect(session).toMatchObject({ user: completed.user, domain: emulator.domain })
  expect(Object.keys({ ...session }).sort()).toEqual(['createdAt', 'domain', 'expiresAt', 'user'])
})

test('the request has PKCE, state and nonce (RFC 7636 §4.3)', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const start = () => visitor.request((store) => server.startInteractiveLogin({}, store))
  const { searchParams } = new URL(await start())
  expect(Object.fromEntries(searchParams)).toMatchObject({
    client_id: 'web',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge_method: 'S256',
  })
  const another = new URL(await start()).searchParams
  for (const name of ['state', 'nonce', 'code_challenge']) {
    expect(searchParams.get(name)).toHaveLength(name === 'state' ? 49 : 43)
    expect(searchParams.get(name)).not.toBe(another.get(name))
  }
})

test('a parameter of one login that is undefined leaves the configured one', async () => {
  const authorizationParams = { redirect_uri: redirectUri, audience: 'https://api.example.test/' }
  const server = createServer(emulator, { authorizationParams })
  const more = { authorizationParams: { audience: undefined, scope: undefined } }
  const { request } = createVisitor(emulator.url)
  const url = await request((store) => server.startInteractiveLogin(more, store))
  expect(new URL(url).searchParams.get('audience')).toBe('https://api.example.test/')
})

test('a max_age that was taken out of the URL on its way is missed (OpenID Connect Core §3.1.2.1)', async () => {
  const server = createServer(emulator)
  const start = { authorizationParams: { max_age: '60' } }
  for (const isTampered of [false, true]) {
    const visitor = createVisitor(emulator.url)
    const url = new URL(
      await visitor.request((store) => server.startInteractiveLogin(start, store)),
    )
    if (isTampered) url.searchParams.delete('max_age')
    const callbackUrl = await visitor.logIn(url.href)
    const completed = visitor.request((store) =>
      server.completeInteractiveLogin(callbackUrl, store),
    )
    if (isTampered) expect(await rejection(completed)).toBeInstanceOf(Error)
    else expect((await completed).user.sub).toBe('auth0|alice')
  }
})

test('nobody is logged in before', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
  expect(await visitor.request((store) => server.getSession(store))).toBeUndefined()
})

test('after a logout there is no session, and the tenant asks for the password again', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const returnTo = 'http://localhost:3000/'
  const url = await visitor.request((store) => server.logout({ returnTo }, store))
  expect(visitor.cookies.size).toBe(0)
  expect((await visitor.logIn(url)).href).toBe(returnTo)
  const { searchParams } = new URL(url)
  expect(searchParams.get('client_id')).toBe('web')
  expect(searchParams.get('logout_hint')).toBeTruthy()
})

test('a login that was refused has the code access_denied and the state of the application', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) =>
    server.startInteractiveLogin({ appState: 'kept' }, store),
  )
  const callbackUrl = new URL(redirectUri)
  callbackUrl.searchParams.set('error', 'access_denied')
  callbackUrl.searchParams.set('state', new URL(url).searchParams.get('state') ?? '')
  callbackUrl.searchParams.set('iss', `${emulator.url}/`)
  const error = await rejection(
    visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store)),
  )
  expect(error).toMatchObject({
    name: 'LoginFlowError',
    code: 'access_denied',
    error: 'access_denied',
    appState: 'kept',
  })
  expect(visitor.cookies.size).toBe(0)
})

test('a URL that is no callback of a login has the code not_a_callback', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  for (const url of [
    '/callback?state=login.x',
    `${redirectUri}?code=c`,
    `${redirectUri}?state=x`,
  ]) {
    const completed = visitor.request((store) => server.completeInteractiveLogin(url, store))
    expect(await rejection(completed)).toMatchObject({ code: 'not_a_callback' })
  }
})

test.for([
  ['domain', ''],
  ['clientId', ''],
  ['clientSecret', ''],
  ['secret', 'short'],
  ['secret', []],
  ['authorizationParams.redirect_uri', { redirect_uri: '/callback' }],
  ['authorizationParams.redirect_uri', { redirect_uri: `${redirectUri}?tenant=1` }],
  ['authorizationParams.redirect_uri', { redirect_uri: `${redirectUri}#here` }],
  ['sessionLifetime', 0],
] as const)('a wrong %s is named when the client is made', ([name, value]) => {
  const option = name.split('.')[0] ?? ''
  expect(() => createServer(emulator, { [option]: value })).toThrow(TypeError)
  expect(() => createServer(emulator, { [option]: value })).toThrow(name)
})

test.for([
  ['a scope without openid', { scope: 'offline_access' }],
  ['a redirect_uri with a query', { redirect_uri: `${redirectUri}?tenant=1` }],
] as const)('%s is refused before anything is sent', async ([, authorizationParams]) => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const started = visitor.request((store) =>
    server.startInteractiveLogin({ authorizationParams }, store),
  )
  expect(await rejection(started)).toMatchObject({ name: 'TypeError' })
})
