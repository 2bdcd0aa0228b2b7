import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ServerClient, SharedStore } from '../src/index.js'
import {
  createGate,
  createMachines,
  memoryLock,
  memoryStore,
  rotatingEmulator,
  tokenAt,
} from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const complete = (server: ServerClient, visitor: Visitor, callbackUrl: URL) =>
  visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
const userOf = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))

/** Starts a login and comes back from the tenant. */
async function comeBack(server: ServerClient, visitor: Visitor): Promise<URL> {
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  return visitor.logIn(url)
}

describe('a callback that is sent twice', () => {
  test.for(['cookies', 'a store'])(
    'uses its code once if both requests come at once, and logs both in, with sessions in %s',
    async (where) => {
      const { one, grants } = createMachines(emulator)
      const server = where === 'a store' ? one : createServer(emulator)
      const visitor = createVisitor(emulator.url)
      const callbackUrl = await comeBack(server, visitor)
      const tabs = [1, 2].map(() =>
        Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) }),
      )
      const completed = await Promise.all(tabs.map((tab) => complete(server, tab, callbackUrl)))
      for (const { user } of completed) expect(user.sub).toBe('auth0|alice')
      if (where === 'a store') expect(grants).toEqual(['authorization_code'])
      for (const tab of tabs) {
        expect(await tokenAt(server, tab, { forceRefresh: true })).toHaveProperty('accessToken')
      }
      expect(emulator.refreshTokenReuses).toBe(0)
    },
  )

  test.for(['cookies', 'a store'])(
    'uses its code once if the browser asks again because the first answer was lost, with sessions in %s',
    async (where) => {
      const server = where === 'a store' ? createMachines(emulator).one : createServer(emulator)
      const visitor = createVisitor(emulator.url)
      const callbackUrl = await comeBack(server, visitor)
      const lost = Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) })
      await complete(server, lost, callbackUrl)
      await tokenAt(server, lost, { forceRefresh: true })
      const { user } = await complete(server, visitor, callbackUrl)
      expect(user.sub).toBe('auth0|alice')
      expect(await tokenAt(server, visitor, { forceRefresh: true })).toHaveProperty('accessToken')
      expect(emulator.refreshTokenReuses).toBe(0)
    },
  )

  test('does not bring a session back that has ended meanwhile', async () => {
    const server = createServer(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(server, visitor)
    const other = Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) })
    await complete(server, visitor, callbackUrl)
    await visitor.request((store) => server.logout({}, store))
    await complete(server, other, callbackUrl)
    expect(await userOf(server, other)).toBeUndefined()
  })

  test('is completed by the second request if the session has no room in the first', async () => {
    const server = createServer(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(server, visitor)
    const full = Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) })
    full.cookies.set('of_the_application', 'x'.repeat(7500))
    const error = await rejection(complete(server, full, callbackUrl))
    expect(error).toMatchObject({ code: 'cookies_too_large' })
    await complete(server, visitor, callbackUrl)
    expect(await tokenAt(server, visitor, { forceRefresh: true })).toHaveProperty('accessToken')
  })

  test('fails for both if the code is refused', async () => {
    const server = createServer(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(server, visitor)
    callbackUrl.searchParams.set('code', 'wrong')
    const tabs = [1, 2].map(() =>
      Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) }),
    )
    for (const tab of await Promise.all(
      tabs.map((tab) => rejection(complete(server, tab, callbackUrl))),
    )) {
      expect(tab).toMatchObject({ name: 'TokenError', code: 'invalid_grant' })
    }
  })
})

describe('a callback that is sent twice, to two machines with one store', () => {
  const copyOf = ({ cookies }: Visitor): Visitor =>
    Object.assign(createVisitor(emulator.url), { cookies: new Map(cookies) })
  const sessionOf = (server: ServerClient, visitor: Visitor) =>
    visitor.request((store) => server.getSession(store))

  test('uses its code once if both requests come at once, and logs both in with one session', async () => {
    const { one, other, third, grants } = createMachines(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const tabs = [one, other, third].map((server) => ({ server, tab: copyOf(visitor) }))
    await Promise.all(tabs.map(({ server, tab }) => complete(server, tab, callbackUrl)))
    expect(grants).toEqual(['authorization_code'])
    for (const { server, tab } of tabs) await tokenAt(server, tab, { forceRefresh: true })
    expect(emulator.refreshTokenReuses).toBe(0)
    await tabs[0]?.tab.request((store) => one.logout({}, store))
    for (const { server, tab } of tabs) expect(await userOf(server, tab)).toBeUndefined()
  })

  test('uses its code once if the answer of the first machine was lost, though the session was refreshed since', async () => {
    const { one, other, grants } = createMachines(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const lost = copyOf(visitor)
    await complete(one, lost, callbackUrl)
    await tokenAt(one, lost, { forceRefresh: true })
    await complete(other, visitor, callbackUrl)
    expect(await sessionOf(other, visitor)).toEqual(await sessionOf(one, lost))
    await tokenAt(other, visitor, { forceRefresh: true })
    expect(grants).toEqual(['authorization_code', 'refresh_token', 'refresh_token'])
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('does not bring a session back that has ended meanwhile', async () => {
    const { one, other } = createMachines(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const first = copyOf(visitor)
    await complete(one, first, callbackUrl)
    await first.request((store) => one.logout({}, store))
    await complete(other, visitor, callbackUrl)
    expect(await userOf(other, visitor)).toBeUndefined()
  })

  test('uses its code once without a lock, too, if the second request comes after the first', async () => {
    const { one, other, grants } = createMachines(emulator, { refreshTokens: 'non-rotating' })
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    await complete(one, copyOf(visitor), callbackUrl)
    await complete(other, visitor, callbackUrl)
    expect(await userOf(other, visitor)).toMatchObject({ sub: 'auth0|alice' })
    expect(grants).toEqual(['authorization_code'])
  })

  test('gets the session without the store, too, if the store fails only while the login is remembered', async () => {
    const kept = new Map<string, string>()
    let writes = 0
    const store: SharedStore = {
      get: async (key) => kept.get(key),
      async set(key, value) {
        writes += 1
        if (writes > 1) throw new Error('the connection is closed')
        kept.set(key, value)
      },
      delete: async (key) => kept.delete(key),
    }
    const { one } = createMachines(emulator, { store, timeout: 100 })
    const visitor = createVisitor(emulator.url)
    await complete(one, visitor, await comeBack(one, visitor))
    expect(await userOf(one, visitor)).toMatchObject({ sub: 'auth0|alice' })
  })

  test('sends nothing while the other machine has its turn, and can be sent again', async () => {
    const gate = createGate()
    const store = memoryStore().keyv
    const lock = memoryLock()
    const create = (send = fetch) =>
      createMachines(emulator, { store, lock, patience: 1000, send: (request) => send(request) })
    const slow = create(async (request) => {
      if (request instanceof Request && request.url.endsWith('/oauth/token')) await gate.pass()
      return fetch(request)
    })
    const { one, grants } = create()
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(one, visitor)
    const first = complete(slow.one, copyOf(visitor), callbackUrl)
    await gate.reached
    const error = await rejection(complete(one, visitor, callbackUrl))
    expect(error).toMatchObject({ name: 'SessionError', code: 'refresh_busy' })
    gate.open()
    await first
    await complete(one, visitor, callbackUrl)
    expect(await userOf(one, visitor)).toMatchObject({ sub: 'auth0|alice' })
    expect(grants).toEqual([])
  })
})

test('a token endpoint that never answers is given up after a minute, though the fetch ignores its signal', async () => {
  const gate = createGate()
  const server = createServer(emulator, {
    async fetch(request) {
      if (request.url.endsWith('/oauth/token')) await gate.pass()
      return fetch(request)
    },
  })
  const visitor = createVisitor(emulator.url)
  const callbackUrl = await comeBack(server, visitor)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const error = rejection(complete(server, visitor, callbackUrl))
  await gate.reached
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await error).toMatchObject({ name: 'TimeoutError' })
  gate.open()
})

test.for(['cookies', 'a store'])(
  'a callback with another code does not get the session of the login, with sessions in %s',
  async (where) => {
    const server = where === 'a store' ? createMachines(emulator).one : createServer(emulator)
    const attacker = createVisitor(emulator.url)
    const callbackUrl = await comeBack(server, attacker)
    // The victim's browser got the attacker's transaction, so the victim logs in with it.
    const victim = Object.assign(createVisitor(emulator.url), {
      cookies: new Map(attacker.cookies),
    })
    await complete(server, victim, callbackUrl)
    const guessed = new URL(callbackUrl)
    guessed.searchParams.set('code', 'guessed')
    const error = await rejection(complete(server, attacker, guessed))
    expect(error).toMatchObject({ code: 'invalid_grant' })
    expect(await userOf(server, attacker)).toBeUndefined()
  },
)

test.for([1, 2, 3])(
  'a store that fails at write %i of a login leaves the session from before as it was',
  async (failing) => {
    const kept = new Map<string, string>()
    let write = Number.NEGATIVE_INFINITY
    const store: SharedStore = {
      get: async (key) => kept.get(key),
      async set(key, value) {
        write += 1
        if (write >= failing) throw new Error('the connection is closed')
        kept.set(key, value)
      },
      delete: async (key) => kept.delete(key),
    }
    const { one: server } = createMachines(emulator, { store, timeout: 100 })
    const visitor = await loggedIn(server, emulator.url)
    const before = Object.assign(createVisitor(emulator.url), {
      cookies: new Map(visitor.cookies),
    })
    const callbackUrl = await comeBack(server, visitor)
    write = 0
    const error = await rejection(complete(server, visitor, callbackUrl))
    expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
    expect(await userOf(server, before)).toMatchObject({ sub: 'auth0|alice' })
    expect(await userOf(server, visitor)).toMatchObject({ sub: 'auth0|alice' })
  },
)

test('a login ends the session from before', async () => {
  for (const server of [createServer(emulator), createMachines(emulator).one]) {
    const visitor = await loggedIn(server, emulator.url)
    const before = Object.assign(createVisitor(emulator.url), {
      cookies: new Map(visitor.cookies),
    })
    await complete(server, visitor, await comeBack(server, visitor))
    expect(await userOf(server, visitor)).toMatchObject({ sub: 'auth0|alice' })
    expect(await userOf(server, before)).toBeUndefined()
  }
})

test('keys that the tenant changes while the person logs in do not fail the login', async () => {
  let isFirst = true
  const server = createServer(emulator, {
    async fetch(request) {
      if (!request.url.endsWith('/jwks.json') || !isFirst) return fetch(request)
      isFirst = false
      return Response.json({ keys: [] })
    },
  })
  const visitor = createVisitor(emulator.url)
  const callbackUrl = await comeBack(server, visitor)
  await expect.poll(() => isFirst).toBe(false)
  const { user } = await complete(server, visitor, callbackUrl)
  expect(user.sub).toBe('auth0|alice')
})
