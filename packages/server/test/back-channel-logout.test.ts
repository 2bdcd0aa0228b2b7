import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manage } from '@connected-accounts/testing/tenant/management'
import { getRequestListener } from '@hono/node-server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  createBackChannelLogout,
  createHandler,
  memoryEvents,
  type Route,
  type ServerClient,
  type SharedStore,
  sharedSessions,
} from '../src/index.js'
import { openStream } from './events-world.js'
import { createMachines, memoryLock, memoryStore, rotatingEmulator, tokenAt } from './shared.js'
import { createServer, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await rotatingEmulator()
let route: Route
const received: string[] = []
const listener = createHttpServer(
  getRequestListener(async (request) => {
    received.push(String((await request.clone().formData()).get('logout_token')))
    return route(request)
  }),
)
beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo // of a server that listens on TCP
  const oidc_logout = { backchannel_logout_urls: [`http://127.0.0.1:${port}/logout`] }
  const answer = await manage(emulator, { path: '/clients/web', body: { oidc_logout } })
  expect(answer.status).toBe(200)
})
afterAll(() => Promise.all([emulator.close(), listener.close()]))
beforeEach(() => void received.splice(0))

const post = (body: BodyInit, headers = {}) =>
  route(new Request('http://localhost:3000/backchannel-logout', { method: 'POST', body, headers }))
const send = (logout_token: string) => post(new URLSearchParams({ logout_token }))
const userAt = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))

test('a logout at the tenant ends the session on every machine, and that one alone', async () => {
  const { one, other, third } = createMachines(emulator)
  route = createBackChannelLogout(third)
  const alice = await loggedIn(one, emulator.url)
  const elsewhere = await loggedIn(one, emulator.url)
  await tokenAt(other, alice)
  await alice.visit(`${emulator.url}/v2/logout`)
  expect(received).toHaveLength(1)
  for (const server of [one, other, third]) {
    expect(await userAt(server, alice)).toBeUndefined()
    expect(await rejection(tokenAt(server, alice))).toMatchObject({ code: 'missing_session' })
    expect(await userAt(server, elsewhere)).toMatchObject({ sub: 'auth0|alice' })
  }
})

const { privateKey, publicKey } = await generateKeyPair('RS256')
const kid = 'key-of-the-test'

/** Sends a request, and adds the key of this test to the tenant's keys. */
async function sendWithKey(request: Request): Promise<Response> {
  const response = await fetch(request)
  if (!request.url.endsWith('/jwks.json')) return response
  const { keys } = await response.json()
  const key = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  return Response.json({ keys: [...keys, key] })
}
const machinesWithKey = (options: Parameters<typeof createMachines>[1] = {}) =>
  createMachines(emulator, { send: sendWithKey, ...options })

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const now = () => Math.floor(Date.now() / 1000)

/** A logout token like the tenant's, with something changed. */
function sign(
  changes: Record<string, unknown> = {},
  { key = privateKey, ...header }: { key?: CryptoKey; alg?: string; typ?: string } = {},
): Promise<string> {
  const times = { iat: now(), exp: now() + 120 }
  const who = { iss: `${emulator.url}/`, aud: 'web', sub: 'auth0|alice' }
  const claims = { ...who, ...times, jti: crypto.randomUUID(), events, ...changes }
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid, ...header })
    .sign(key)
}

test('a logout of a user without a sid ends all of their sessions, and nobody else’s', async () => {
  const { one, other } = machinesWithKey()
  route = createBackChannelLogout(other)
  const alices = [await loggedIn(one, emulator.url), await loggedIn(other, emulator.url)]
  const bob = await loggedIn(one, emulator.url, { email: 'bob@example.test' })
  const answer = await send(await sign())
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.text()).toBe('')
  for (const alice of alices) expect(await userAt(one, alice)).toBeUndefined()
  expect(await userAt(other, bob)).toMatchObject({ sub: 'auth0|bob' })
})

test('a logout ends the event streams of its sessions, and of no others', async () => {
  const events = memoryEvents()
  const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  const server = createServer(emulator, { sessions, events, fetch: sendWithKey })
  route = createBackChannelLogout(server)
  const handler = createHandler(server)
  const [alice, elsewhere] = [
    await loggedIn(server, emulator.url),
    await loggedIn(server, emulator.url),
  ]
  const stream = await openStream(handler, alice)
  const other = await openStream(handler, elsewhere)
  const { sid } = (await userAt(server, alice)) ?? {}
  expect((await send(await sign({ sid }))).status).toBe(200)
  await expect.poll(stream.isOver).toBe(true)
  expect(other.isOver()).toBe(false)
})

test('a logout ends the sessions of its second, and no session of afterwards', async () => {
  const { one } = machinesWithKey()
  route = createBackChannelLogout(one)
  const alice = await loggedIn(one, emulator.url)
  const { createdAt = 0 } = (await alice.request((store) => one.getSession(store))) ?? {}
  const iat = createdAt / 1000
  await send(await sign({ iat: iat - 1 }))
  expect(await userAt(one, alice)).toBeDefined()
  await send(await sign({ iat }))
  expect(await userAt(one, alice)).toBeUndefined()
})

test('a logout ends no session of another application in the same store', async () => {
  const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  const production = createServer(emulator, { sessions, fetch: sendWithKey })
  const staging = createServer(emulator, { sessions, fetch: sendWithKey, clientId: 'staging' })
  const atStaging = await loggedIn(staging, emulator.url)
  const atProduction = await loggedIn(production, emulator.url)
  const { sid } = (await userAt(staging, atStaging)) ?? {}
  expect(sid).toBeTruthy()
  route = createBackChannelLogout(production)
  for (const claims of [{ sid }, {}]) {
    expect((await send(await sign(claims))).status).toBe(200)
  }
  expect(await userAt(staging, atStaging)).toBeDefined()
  expect(await userAt(production, atProduction)).toBeUndefined()
  route = createBackChannelLogout(staging)
  expect((await send(await sign({ aud: 'staging' }))).status).toBe(200)
  expect(await userAt(staging, atStaging)).toBeUndefined()
})

test('a logout token that comes twice, or late, does not end a session of afterwards', async () => {
  const { one } = machinesWithKey()
  route = createBackChannelLogout(one)
  const early = await sign({ iat: now() - 20, jti: 'the same' })
  const later = await sign({ iat: now() - 10 })
  const statuses = []
  for (const token of [early, later, early]) statuses.push((await send(token)).status)
  expect(statuses).toEqual([200, 200, 200])
  const alice = await loggedIn(one, emulator.url)
  expect(await userAt(one, alice)).toBeDefined()
  await send(await sign())
  expect((await send(early)).status).toBe(200)
  expect(await userAt(one, alice)).toBeUndefined()
})

test.for([
  ['a store with replace', { hasReplace: true }, { refreshTokens: 'non-rotating' }],
  ['a lock', { hasReplace: false }, { lock: memoryLock() }],
  ['one machine', { hasReplace: false }, { refreshTokens: 'non-rotating' }],
] as const)(
  'of two logouts of a user at once the newer one counts, with %s',
  async ([where, { hasReplace }, options]) => {
    const { store, slow } = slowStore(hasReplace)
    const { one, other } = machinesWithKey({ store, ...options })
    route = createBackChannelLogout(one)
    const [early, late] = [await sign({ iat: now() - 20 }), await sign({ iat: now() + 10 })]
    const alice = await loggedIn(one, emulator.url)
    let isAnswered = (_: unknown) => {}
    const reached = slow(new Promise((resolve) => (isAnswered = resolve)))
    const older = send(early)
    await reached
    if (where !== 'one machine') route = createBackChannelLogout(other)
    const newer = send(late)
    newer.then(isAnswered)
    expect([(await older).status, (await newer).status]).toEqual([200, 200])
    expect(await userAt(one, alice)).toBeUndefined()
  },
)

test.for([
  ['is tried again', 250, { status: 200, tries: 4 }],
  ['is answered with 400 after five tries', Number.POSITIVE_INFINITY, { status: 400, tries: 5 }],
] as const)(
  'a logout that others get ahead of in a store with replace %s, and needs no lock',
  async ([, time, expected]) => {
    let [tries, firstAt] = [0, 0]
    const store: SharedStore = {
      get: async () => undefined,
      set: async () => undefined,
      delete: async () => undefined,
      async replace() {
        tries += 1
        firstAt ||= performance.now()
        return performance.now() - firstAt > time
      },
    }
    const lock = { acquire: () => Promise.reject(new Error('the connection is closed')) }
    route = createBackChannelLogout(machinesWithKey({ store, lock }).one)
    const { status } = await send(await sign())
    expect(status).toBe(expected.status)
    expect(tries).toBeLessThanOrEqual(expected.tries)
    if (status === 400) expect(tries).toBe(5)
  },
)

/** A store whose next read is slow: it takes as long as a promise, but no longer than 300 ms. */
function slowStore(hasReplace: boolean) {
  const kept = new Map<string, string>()
  let wait: (() => Promise<unknown>) | undefined
  const store: SharedStore = {
    async get(key) {
      const value = kept.get(key)
      const pending = wait?.()
      wait = undefined
      await pending
      return value
    },
    set: async (key, value) => kept.set(key, value),
    delete: async (key) => kept.delete(key),
    ...(hasReplace && {
      async replace(key, expected, value) {
        if (kept.get(key) !== expected) return false
        kept.set(key, value)
        return true
      },
    }),
  }
  const slow = (promise: Promise<unknown>) =>
    new Promise<void>((resolve) => {
      wait = () => {
        resolve()
        return Promise.race([promise, new Promise((done) => setTimeout(done, 300))])
      }
    })
  return { store, slow }
}

const other = await generateKeyPair('RS256')
const eventIs = (value: unknown) => ({ events: { [Object.keys(events)[0] ?? '']: value } })
test.for<[string, Record<string, unknown>, Parameters<typeof sign>[1], string?]>([
  ['of another issuer', { iss: 'https://evil.example/' }, {}, 'iss'],
  ['for another client', { aud: 'spa' }, {}, 'aud'],
  ['without iat', { iat: undefined }, {}, 'iat'],
  ['from an hour ago', { iat: now() - 3600 }, {}, 'iat'],
  ['from the future', { iat: now() + 600 }, {}, 'iat'],
  ['that has expired', { exp: now() - 60 }, {}, 'exp'],
  ['without exp', { exp: undefined }, {}, 'exp'],
  ['without jti', { jti: undefined }, {}, 'jti'],
  ['without events', { events: undefined }, {}, 'events'],
  ['whose events are null', { events: null }, {}, 'events'],
  ['whose events are a text', { events: 'logout' }, {}, 'events'],
  ['of another event', { events: { 'https://example.test/event': {} } }, {}, 'events'],
  ['with an event that is no object', eventIs(true), {}, 'events'],
  ['with an event that is null', eventIs(null), {}, 'events'],
  ['with a nonce, like an ID token', { nonce: 'n' }, {}, 'nonce'],
  ['of nobody', { sub: undefined }, {}, 'sub'],
  ['of a user without a name', { sub: '' }, {}, 'sub'],
  ['with a sid that is no text', { sid: 7 }, {}, 'sid'],
  ['with a sid, of a user that is no text', { sid: 'session', sub: 7 }, {}, 'sub'],
  ['signed by another key', {}, { key: other.privateKey }],
  ['of another type', {}, { typ: 'at+jwt' }, 'typ'],
])(
  'a logout token %s is refused (Back-Channel Logout §2.6)',
  async ([, claims, header, claim = '']) => {
    const { one } = machinesWithKey()
    route = createBackChannelLogout(one)
    const alice = await loggedIn(one, emulator.url)
    const refused = await send(await sign(claims, header))
    expect(refused.status).toBe(400)
    expect(refused.headers.get('cache-control')).toBe('no-store')
    const problem = await refused.json()
    expect(problem).toMatchObject({ error: 'invalid_request' })
    expect(problem.error_description).toContain(claim)
    expect(await userAt(one, alice)).toBeDefined()
    expect((await send(await sign())).status).toBe(200)
    expect(await userAt(one, alice)).toBeUndefined()
  },
)

test.for([undefined, 'JWT', 'logout+jwt', 'Logout+JWT', 'application/logout+jwt'])(
  'a logout token of the type %s is taken (RFC 7515 §4.1.9)',
  async (typ) => {
    route = createBackChannelLogout(machinesWithKey().one)
    expect((await send(await sign({}, { typ } as { typ: string }))).status).toBe(200) // undefined leaves it out
  },
)

test('a logout token that the tenant signed with PS256 is taken', async () => {
  const pair = await generateKeyPair('PS256')
  const { one } = machinesWithKey({
    async send(request) {
      if (!request.url.endsWith('/jwks.json')) return fetch(request)
      return Response.json({ keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'PS256' }] })
    },
  })
  route = createBackChannelLogout(one)
  expect((await send(await sign({}, { key: pair.privateKey, alg: 'PS256' }))).status).toBe(200)
})

test('the keys of the tenant are asked for once, and no failure of them is shown', async () => {
  const asked: string[] = []
  let isAway = true
  const { one } = machinesWithKey({
    async send(request) {
      if (!request.url.endsWith('/jwks.json')) return fetch(request)
      asked.push(request.url)
      if (isAway) throw new Error('secret of the network')
      return sendWithKey(request)
    },
  })
  route = createBackChannelLogout(one)
  const failed = await send(await sign())
  expect(failed.status).toBe(400)
  expect(failed.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await failed.json()).toEqual({
    error: 'temporarily_unavailable',
    error_description: expect.not.stringContaining('secret'),
  })
  isAway = false
  asked.length = 0
  for (const _ of [1, 2]) expect((await send(await sign())).status).toBe(200)
  expect(asked).toHaveLength(1)
})

test('a form without a token is told what is missing', async () => {
  route = createBackChannelLogout(machinesWithKey().one)
  const answer = await post(new URLSearchParams({ logout: 'x' }))
  expect((await answer.json()).error_description).toContain('logout_token')
})

test('an ended session is remembered for as long as a session lives', async () => {
  const kept = new Map<string, string>()
  const lives: number[] = []
  const store = {
    get: async (key: string) => kept.get(key),
    async set(key: string, value: string, ttl: number) {
      lives.push(ttl)
      kept.set(key, value)
    },
    delete: async (key: string) => kept.delete(key),
  }
  route = createBackChannelLogout(machinesWithKey({ store }).one)
  expect((await send(await sign())).status).toBe(200)
  const threeDays = 3 * 86_400_000
  expect(lives.length).toBeGreaterThan(0)
  for (const ttl of lives) expect(Math.abs(ttl - threeDays)).toBeLessThan(60_000)
})

test.for([
  ['nothing', () => post('')],
  ['no token', () => post(new URLSearchParams({ logout: 'x' }))],
  ['no JWT', () => send('x')],
  ['JSON', async () => post(JSON.stringify({ logout_token: await sign() }))],
  ['an unsigned token', async () => send((await sign()).replace(/^[^.]*/, btoa('{"alg":"none"}')))],
  ['a GET', () => route(new Request('http://localhost:3000/backchannel-logout?logout_token=x'))],
] as const)('%s is answered with 400', async ([, ask]) => {
  route = createBackChannelLogout(machinesWithKey().one)
  const answer = await ask()
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
})

test('where the store is down the logout is answered with 400 and store_unavailable, and the tenant can try again', async () => {
  let isDown = false
  const kept = new Map<string, string>()
  const store = {
    get: async (key: string) => kept.get(key),
    async set(key: string, value: string) {
      if (isDown) throw new Error('down')
      kept.set(key, value)
    },
    delete: async (key: string) => kept.delete(key),
  }
  const { one } = machinesWithKey({ store, timeout: 100 })
  route = createBackChannelLogout(one)
  const alice = await loggedIn(one, emulator.url)
  isDown = true
  const token = await sign()
  const failed = await send(token)
  expect(failed.status).toBe(400)
  expect(await failed.json()).toMatchObject({ error: 'store_unavailable' })
  isDown = false
  expect((await send(token)).status).toBe(200)
  expect(await userAt(one, alice)).toBeUndefined()
})

test('createHandler answers it beside the redirect_uri, where sessions live in a store', async () => {
  const { one } = machinesWithKey()
  route = createHandler(one)
  const alice = await loggedIn(one, emulator.url)
  expect((await send(await sign())).status).toBe(200)
  expect(await userAt(one, alice)).toBeUndefined()
  route = createHandler(createServer(emulator))
  expect((await send(await sign())).status).toBe(404)
})

test('sessions in cookies cannot be ended from afar: the route is refused when it is made', () => {
  const make = () => createBackChannelLogout(createServer(emulator))
  expect(make).toThrow(TypeError)
  expect(make).toThrow('sharedSessions')
})
