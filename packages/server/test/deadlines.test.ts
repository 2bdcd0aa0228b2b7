import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type ServerClientOptions, type SessionStore, sharedSessions } from '../src/index.js'
import { errorResponse } from '../src/routes/problem.js'
import { redisLock } from '../src/store/redis.js'
import {
  createGate,
  isRefresh,
  memoryLock,
  memoryStore,
  rotatingEmulator,
  tokenAt,
} from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const never = () => new Promise<never>(() => {})
const timedOut = { name: 'TimeoutError' }
/** Longer than any answer of the emulator takes, in milliseconds. */
const timeout = 1000

/** A server client whose requests to some URLs have no answer, although their signal is aborted. */
function createHanging(hangs: (request: Request) => boolean | Promise<boolean>, how = never) {
  const fetchOrHang = async (request: Request) => ((await hangs(request)) ? how() : fetch(request))
  return createServer(emulator, { fetch: fetchOrHang, timeout })
}

const urlEnds = (end: string) => (request: Request) => request.url.endsWith(end)

/** The same browser, so that two requests of it can be under way. */
const sameBrowser = ({ cookies }: Visitor): Visitor =>
  Object.assign(createVisitor(emulator.url), { cookies })

/** Starts and completes a login. */
async function logIn(server: ReturnType<typeof createServer>): Promise<unknown> {
  return loggedIn(server, emulator.url)
}

describe('a fetch that ignores its signal', () => {
  test.for<[string, (request: Request) => boolean]>([
    ['the discovery', urlEnds('/.well-known/openid-configuration')],
    ['the exchange of the code', urlEnds('/oauth/token')],
    ['the keys', urlEnds('/.well-known/jwks.json')],
  ])('%s ends with a TimeoutError, and the routes answer 504', async ([, hangs]) => {
    const error = await rejection(logIn(createHanging(hangs)))
    expect(error).toMatchObject(timedOut)
    expect(errorResponse(error).status).toBe(504)
  })

  test('a discovery that hangs is tried again by the next request', async () => {
    let isHanging = true
    const server = createHanging((request) => {
      return isHanging && urlEnds('/.well-known/openid-configuration')(request)
    })
    expect(await rejection(logIn(server))).toMatchObject(timedOut)
    isHanging = false
    expect(await logIn(server)).toHaveProperty('cookies')
  })

  test.for<[string, () => Promise<Response>]>([
    ['a refresh', never],
    ['the body of a refresh', async () => new Response(new ReadableStream())],
  ])('%s ends with a TimeoutError, and the next one has its turn', async ([, how]) => {
    let isHanging = true
    const hangs = async (request: Request) => isHanging && isRefresh(request)
    const server = createHanging(hangs, how as typeof never) // both are promises of what `fetch` returns
    const visitor = await loggedIn(server, emulator.url)
    expect(await rejection(tokenAt(server, visitor))).toMatchObject(timedOut)
    isHanging = false
    expect(await tokenAt(server, visitor)).toHaveProperty('accessToken')
  })

  test('requests that wait for a refresh wait no longer than it does', async () => {
    const gate = createGate()
    const server = createServer(emulator, {
      timeout,
      async fetch(request) {
        if (await isRefresh(request)) await gate.pass()
        return fetch(request)
      },
    })
    const visitor = await loggedIn(server, emulator.url)
    const requests = [1, 2, 3].map(() => rejection(tokenAt(server, sameBrowser(visitor))))
    const startedAt = performance.now()
    for (const error of await Promise.all(requests)) {
      const { name, code } = Object(error)
      expect([timedOut.name, 'refresh_busy']).toContain(name === 'SessionError' ? code : name)
    }
    expect(performance.now() - startedAt).toBeLessThan(2 * timeout)
    gate.open()
  })

  test('the exchange for a token of a connection ends with a TimeoutError', async () => {
    const server = createHanging(
      async (request) =>
        request.method === 'POST' && (await request.clone().text()).includes('token-exchange'),
    )
    const visitor = await loggedIn(server, emulator.url)
    const exchange = visitor.request((store) =>
      server.getAccessTokenForConnection({ connection: 'github' }, store),
    )
    expect(await rejection(exchange)).toMatchObject(timedOut)
  })

  test('a call of the My Account API ends with a TimeoutError', async () => {
    const server = createHanging((request) => request.url.includes('/me/v1/'))
    const visitor = await loggedIn(server, emulator.url)
    for (const work of [
      () => visitor.request((store) => server.listConnectedAccounts({}, store)),
      () => visitor.request((store) => server.startConnectAccount({ connection: 'github' }, store)),
    ]) {
      expect(await rejection(work())).toMatchObject(timedOut)
    }
  })
})

/** Server client options, and how to see that a session was written. */
const places: [string, () => { options: Partial<ServerClientOptions>; written: WrittenState }][] = [
  [
    'cookies',
    () => ({ options: {}, written: ({ lastHeaders }) => lastHeaders.getSetCookie().join() }),
  ],
  [
    'a store',
    () => {
      const { keyv, kept } = memoryStore()
      const sessions = sharedSessions(keyv, { lock: memoryLock() })
      return { options: { sessions }, written: () => [...kept.values()].join() }
    },
  ],
]
type WrittenState = (visitor: Visitor) => string

test.for(places)(
  'a rotated refresh token that comes after the time is over is kept, with sessions in %s',
  async ([, create]) => {
    const { options, written } = create()
    const gate = createGate()
    let isLate = true
    const server = createServer(emulator, {
      ...options,
      timeout,
      async fetch(request) {
        if (!isLate || !(await isRefresh(request))) return fetch(request)
        isLate = false
        const { method, headers, url } = request
        const answer = await fetch(url, { method, headers, body: await request.text() }) // without its signal
        await gate.pass()
        return answer
      },
    })
    const visitor = await loggedIn(server, emulator.url)
    expect(await rejection(tokenAt(server, visitor))).toMatchObject(timedOut)
    const before = written(visitor)
    gate.open()
    await expect.poll(() => written(visitor)).not.toBe(before)
    expect(await tokenAt(server, visitor, { forceRefresh: true })).toHaveProperty('accessToken')
    expect(emulator.refreshTokenReuses).toBe(0)
  },
)

describe('what is of the application', () => {
  test('a domain function that never ends is a TimeoutError', async () => {
    const server = createServer(emulator, { domain: never, timeout: 50 })
    expect(await rejection(logIn(server))).toMatchObject(timedOut)
  })

  test.for(['get', 'set', 'delete'] as const)(
    'a session store whose %s never ends is store_unavailable',
    async (operation) => {
      const hanging: SessionStore = {
        get: async () => undefined,
        set: async () => {},
        delete: async () => {},
        runAlone: (_, work) => work(async () => {}),
        [operation]: never,
      }
      const server = createServer(emulator, { sessions: hanging, timeout })
      const work = async () => {
        const visitor = await loggedIn(server, emulator.url)
        await visitor.request((store) => server.getUser(store))
      }
      const error = await rejection(work())
      expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
    },
  )

  test.for([
    ['an Error', new Error('a bug')],
    ['a DOMException', new DOMException('It was aborted', 'AbortError')],
  ])('%s of a session store reaches the caller as it is', async ([, error]) => {
    const failing: SessionStore = {
      get: () => Promise.reject(error),
      set: async () => {},
      delete: async () => {},
      runAlone: (_, work) => work(async () => {}),
    }
    const server = createServer(emulator, { sessions: failing, timeout })
    const { request } = createVisitor(emulator.url)
    expect(await rejection(request((store) => server.getUser(store)))).toBe(error)
  })
})

test.for([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5000'])(
  'a timeout of %s is refused by name when it is given',
  (wrong) => {
    const given = wrong as number // which the types forbid
    expect(() => createServer(emulator, { timeout: given })).toThrow(TypeError)
    expect(() => createServer(emulator, { timeout: given })).toThrow('timeout must be a number')
    const store = memoryStore().keyv
    const share = () => sharedSessions(store, { lock: memoryLock(), timeout: given })
    expect(share).toThrow('timeout must be a number')
    expect(() => redisLock({ call: never }, { ttl: given })).toThrow('ttl must be a number')
  },
)
