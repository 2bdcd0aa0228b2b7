import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createRoutes, type ServerClientOptions, sharedSessions } from '../src/index.js'
import { memoryLock } from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const returnTo = 'http://localhost:3000/bye'
const audience = 'https://api.example.test/'
type Send = NonNullable<ServerClientOptions['fetch']>

/** Logs out in a fresh process, which has not asked the tenant for anything before. */
async function logOutWith(send: Send, visitor?: Visitor) {
  const before = visitor ?? (await loggedIn(createServer(emulator), emulator.url))
  const server = createServer(emulator, { fetch: send })
  const url = await before.request((store) => server.logout({ returnTo }, store))
  return { visitor: before, url: new URL(url) }
}

/** Sends everything but what goes to a path that ends so. */
const except =
  (path: string, answer: (request: Request) => Promise<Response>): Send =>
  (request) =>
    new URL(request.url).pathname.endsWith(path) ? answer(request) : fetch(request)

const away: [string, () => Promise<Response>][] = [
  ['fails', () => Promise.reject(new TypeError('fetch failed'))],
  ['answers 503', async () => new Response('<html>', { status: 503 })],
]

test.for(away)(
  'a tenant whose discovery %s keeps nobody logged in: the browser goes to its /v2/logout',
  async ([, answer]) => {
    const { visitor, url } = await logOutWith(except('/openid-configuration', answer))
    expect(visitor.cookies.size).toBe(0)
    expect(url.origin + url.pathname).toBe(`${emulator.url}/v2/logout`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'web', returnTo })
    expect((await visitor.logIn(url.href)).href).toBe(returnTo)
  },
)

test('a tenant without an end_session_endpoint logs out at its /v2/logout', async () => {
  const send = except('/openid-configuration', async (request) => {
    const { end_session_endpoint: _, ...metadata } = await (await fetch(request)).json()
    return Response.json(metadata)
  })
  const { visitor, url } = await logOutWith(send)
  expect(visitor.cookies.size).toBe(0)
  expect(url.pathname).toBe('/v2/logout')
})

test('a logout waits five seconds for a tenant that does not answer', async () => {
  const visitor = await loggedIn(createServer(emulator), emulator.url)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let ask = () => {}
  const asked = new Promise<void>((resolve) => (ask = resolve))
  const logout = logOutWith(() => {
    ask()
    return new Promise<never>(() => {})
  }, visitor)
  await asked
  await vi.advanceTimersByTimeAsync(5_000)
  expect((await logout).url.pathname).toBe('/v2/logout')
  expect(visitor.cookies.size).toBe(0)
})

test('the first thing that a logout does is to remove the cookie, whatever the domain function throws', async () => {
  const visitor = await loggedIn(createServer(emulator), emulator.url)
  const bug = new Error('no such brand')
  const server = createServer(emulator, {
    domain() {
      throw bug
    },
  })
  const logout = visitor.request((store) => server.logout({}, store))
  expect(await rejection(logout)).toBe(bug)
  expect(visitor.cookies.size).toBe(0)
})

test('a logout revokes the refresh token (RFC 7009 §2.1)', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const stolen = new Map(visitor.cookies)
  await visitor.request((store) => server.logout({}, store))
  const thief = Object.assign(createVisitor(emulator.url), { cookies: stolen })
  const elsewhere = createServer(emulator) // another machine, which knows nothing of the logout
  const token = thief.request((store) => elsewhere.getAccessToken({ audience }, store))
  expect(await rejection(token)).toMatchObject({ code: 'invalid_grant' })
})

test.for(away)('a revocation that %s does not stop a logout', async ([, answer]) => {
  const { visitor, url } = await logOutWith(except('/oauth/revoke', answer))
  expect(visitor.cookies.size).toBe(0)
  expect(url.pathname).toBe('/oidc/logout')
})

test('a session in a store that is away ends once the store is back, while the cookie and the refresh token are gone at once', async () => {
  const kept = new Map<string, string>()
  let isAway = false
  const store = {
    get: async (key: string) => kept.get(key),
    async set(key: string, value: string) {
      if (isAway) throw new Error('the connection is closed')
      kept.set(key, value)
    },
    delete: async (key: string) => kept.delete(key),
  }
  const sessions = sharedSessions(store, { lock: memoryLock(), timeout: 100 })
  const server = createServer(emulator, { sessions })
  const visitor = await loggedIn(server, emulator.url)
  const stolen = new Map(visitor.cookies)
  isAway = true
  const logout = visitor.request((options) => server.logout({}, options))
  expect(await rejection(logout)).toMatchObject({ code: 'store_unavailable' })
  expect(visitor.cookies.size).toBe(0)
  const copy = Object.assign(createVisitor(emulator.url), { cookies: stolen })
  const token = copy.request((options) => server.getAccessToken({ audience }, options))
  expect(await rejection(token)).toMatchObject({ name: expect.stringMatching(/Error$/) })
  isAway = false
  const user = () => copy.request((options) => server.getUser(options))
  await expect.poll(user, { timeout: 5000 }).toBeUndefined()
})

test('a session without room for its cookie can be read, and ended', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const before = new Map(visitor.cookies)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  // A request that was sent before the refresh, so that reading would set the cookie anew, and no room to do so.
  visitor.cookies = new Map([...before, ['other', 'x'.repeat(7_900)]])
  expect(await visitor.request((store) => server.getUser(store))).toMatchObject({
    sub: 'auth0|alice',
  })
  const logout = createRoutes(server).logout
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { cookie, origin: 'http://localhost:3000' }
  const form = { method: 'POST', headers, body: new URLSearchParams() }
  const answer = await logout(new Request('http://localhost:3000/logout', form))
  expect(answer.status).toBe(303)
  expect(answer.headers.get('set-cookie')).toMatch(/^ca-3000_session\.0=; Max-Age=0/)
})
