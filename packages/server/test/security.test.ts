import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ServerClient } from '../src/index.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

// Each test is a row of docs/security.md, by its name.
let emulator: Emulator
let server: ServerClient
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  server = createServer(emulator)
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const complete = (visitor: Visitor, callbackUrl: string | URL) =>
  visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
const userOf = (visitor: Visitor) => visitor.request((store) => server.getUser(store))

/** A browser that has come back from a login which is not completed yet. */
async function cameBack(email?: string) {
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  return { visitor, callbackUrl: await visitor.logIn(url, email) }
}

const sessionOf = (visitor: Visitor) => visitor.cookies.get('ca-3000_session.0') ?? ''

test('login CSRF: a callback of the attacker logs nobody in at the victim', async () => {
  const attacker = await cameBack('bob@example.test')
  const victim = createVisitor(emulator.url)
  expect(await rejection(complete(victim, attacker.callbackUrl))).toMatchObject({
    code: 'unknown_state',
  })
  expect(await userOf(victim)).toBeUndefined()
  await complete(attacker.visitor, attacker.callbackUrl) // the same callback works where it belongs
})

test('connect CSRF: an account of the attacker is never connected to the victim, nor the other way', async () => {
  const attacker = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  const victim = await loggedIn(server, emulator.url)
  const url = await attacker.request((store) =>
    server.startConnectAccount({ connection: 'github' }, store),
  )
  const callbackUrl = await attacker.connect(url)
  const attempt = victim.request((store) => server.completeConnectAccount(callbackUrl, store))
  expect(await rejection(attempt)).toMatchObject({ code: 'unknown_state' })
  for (const visitor of [attacker, victim]) {
    const { accounts } = await visitor.request((store) => server.listConnectedAccounts({}, store))
    expect(accounts).toEqual([])
  }
  await attacker.request((store) => server.completeConnectAccount(callbackUrl, store))
})

test('mix-up: an answer of another issuer is refused before its code is sent (RFC 9207 §2.4)', async () => {
  const { visitor, callbackUrl } = await cameBack()
  callbackUrl.searchParams.set('iss', 'https://evil.example/')
  expect(await rejection(complete(visitor, callbackUrl))).toMatchObject({
    name: 'LoginFlowError',
    code: 'invalid_response',
  })
})

test('code injection: a code of another login is refused by PKCE (RFC 7636)', async () => {
  const stolen = await cameBack('bob@example.test')
  const { visitor, callbackUrl } = await cameBack()
  callbackUrl.searchParams.set('code', stolen.callbackUrl.searchParams.get('code') ?? '')
  expect(await rejection(complete(visitor, callbackUrl))).toMatchObject({ code: 'invalid_grant' })
  expect(await userOf(visitor)).toBeUndefined()
})

test('ID token of another login: a nonce that is not ours is refused', async () => {
  const visitor = createVisitor(emulator.url)
  const url = new URL(
    await visitor.request((store) => server.startInteractiveLogin({ appState: 'kept' }, store)),
  )
  url.searchParams.set('nonce', 'of-another-login')
  const callbackUrl = await visitor.logIn(url.href)
  expect(await rejection(complete(visitor, callbackUrl))).toMatchObject({
    name: 'LoginFlowError',
    code: 'invalid_response',
    appState: 'kept',
  })
  expect(await userOf(visitor)).toBeUndefined()
})

test('ID token of another signer: a signature that is not the tenant’s is refused', async () => {
  const wrong = createServer(emulator, {
    async fetch(request) {
      const response = await fetch(request)
      if (!request.url.endsWith('/oauth/token')) return response
      const body = await response.json()
      const [header, claims] = String(body.id_token).split('.')
      const id_token = [header, claims, 'A'.repeat(342)].join('.')
      return Response.json({ ...body, id_token }, { status: response.status })
    },
  })
  expect(await rejection(loggedIn(wrong, emulator.url))).toMatchObject({
    name: 'LoginFlowError',
    code: 'invalid_response',
  })
})

test('replayed callback: a second completion is refused, and the first session stays', async () => {
  const { visitor, callbackUrl } = await cameBack()
  const transaction = new Map(visitor.cookies)
  await complete(visitor, callbackUrl)
  expect(await rejection(complete(visitor, callbackUrl))).toMatchObject({ code: 'unknown_state' })
  for (const [name, value] of transaction) visitor.cookies.set(name, value)
  const other = createServer(emulator) // has not seen the login, so it sends the code again
  const replay = visitor.request((store) => other.completeInteractiveLogin(callbackUrl, store))
  expect(await rejection(replay)).toMatchObject({ code: 'invalid_grant' })
  expect(await userOf(visitor)).toBeTruthy()
})

test('session fixation: a login makes a session of its own, whatever the browser had', async () => {
  const attacker = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  const { visitor, callbackUrl } = await cameBack()
  visitor.cookies.set('ca-3000_session.0', sessionOf(attacker))
  await complete(visitor, callbackUrl)
  expect((await userOf(visitor))?.sub).toBe('auth0|alice')
  expect(sessionOf(visitor)).not.toBe(sessionOf(attacker))
})

test('cookie tampering: a session of which one character is another is none', async () => {
  const visitor = await loggedIn(server, emulator.url)
  const sealed = sessionOf(visitor)
  for (const at of [
    5,
    sealed.indexOf('..') + 4,
    Math.floor(sealed.length / 2),
    sealed.length - 3,
  ]) {
    const changed = sealed[at] === 'A' ? 'B' : 'A'
    visitor.cookies.set('ca-3000_session.0', sealed.slice(0, at) + changed + sealed.slice(at + 1))
    expect(await userOf(visitor), `character ${at}`).toBeUndefined()
  }
  visitor.cookies.set('ca-3000_session.0', sealed)
  expect(await userOf(visitor)).toBeTruthy()
})

test('cookie truncation: a session that lacks a piece or the end of one is none', async () => {
  const visitor = await loggedIn(server, emulator.url)
  const sealed = sessionOf(visitor)
  for (const [first, second] of [
    [sealed.slice(0, -1), undefined],
    [sealed.slice(0, 500), undefined],
    [sealed.slice(0, 500), sealed.slice(501)],
    [undefined, sealed],
  ]) {
    visitor.cookies.clear()
    if (first) visitor.cookies.set('ca-3000_session.0', first)
    if (second) visitor.cookies.set('ca-3000_session.1', second)
    expect(await userOf(visitor)).toBeUndefined()
  }
})

test('cookie substitution: a transaction is no session, and not that of another state', async () => {
  const { visitor, callbackUrl } = await cameBack()
  const [[name = '', transaction = ''] = []] = [...visitor.cookies]
  visitor.cookies.set('ca-3000_session.0', transaction)
  expect(await userOf(visitor)).toBeUndefined()
  const other = new URL(callbackUrl)
  other.searchParams.set('state', 'login.other')
  visitor.cookies.set(name.replace(/login\..*/, 'login.other'), transaction)
  expect(await rejection(complete(visitor, other))).toMatchObject({ code: 'unknown_state' })
})

test('another secret: what was sealed with a secret that is no longer given is not opened', async () => {
  const visitor = await loggedIn(server, emulator.url)
  const other = createServer(emulator, { secret: 'another secret of thirty-two bytes' })
  expect(await visitor.request((store) => other.getUser(store))).toBeUndefined()
})

test.for([
  ['client', { clientId: 'spa' }],
  ['origin', { authorizationParams: { redirect_uri: 'http://127.0.0.1:3000/callback' } }],
] as const)(
  'another application with the same secret and cookie names, but another %s, opens no session and no flow',
  async ([, options]) => {
    const other = createServer(emulator, options)
    const { visitor, callbackUrl } = await cameBack()
    const attempt = visitor.request((store) => other.completeInteractiveLogin(callbackUrl, store))
    expect(await rejection(attempt)).toMatchObject({ code: 'unknown_state' })
    await complete(visitor, callbackUrl)
    expect(await visitor.request((store) => other.getUser(store))).toBeUndefined()
    expect(await userOf(visitor)).toBeTruthy()
  },
)

test('a logout ends the session also where its cookie was copied before', async () => {
  const visitor = await loggedIn(server, emulator.url)
  const copied = new Map(visitor.cookies)
  await visitor.request((store) => server.logout({}, store))
  visitor.cookies = copied
  expect(await userOf(visitor)).toBeUndefined()
})

test('header injection: no text of a request gets into a header of the answer as it is', async () => {
  const visitor = createVisitor(emulator.url)
  const nasty = 'x\r\nset-cookie: evil=1'
  const url = await visitor.request((store) =>
    server.startInteractiveLogin(
      { appState: nasty, authorizationParams: { login_hint: nasty } },
      store,
    ),
  )
  expect(url).not.toMatch(/[\r\n]/)
  expect(visitor.lastHeaders.getSetCookie()).toHaveLength(1)
  const state = encodeURIComponent(`login.${nasty}`)
  const attempt = complete(visitor, `http://localhost:3000/callback?code=c&state=${state}`)
  expect(await rejection(attempt)).toMatchObject({ code: 'unknown_state' })
  expect(visitor.lastHeaders.getSetCookie()).toHaveLength(0)
})
