import { Keyv } from 'keyv'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { createRoutes, type SharedStore, sharedSessions } from '../src/index.js'
import { entryKey } from '../src/store/shared-store.js'
import {
  afterRefresh,
  createGate,
  createMachines,
  memoryLock,
  memoryStore,
  rotatingEmulator,
  tokenAt,
} from './shared.js'
import { loggedIn, rejection } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())

/** A store in memory of which operations can be made to fail, or never to answer. */
function breakableStore() {
  const kept = new Map<string, string>()
  const broken: { operations: string[]; how: 'fails' | 'hangs'; times: number } = {
    operations: [],
    how: 'fails',
    times: Number.POSITIVE_INFINITY,
  }
  const operate = async <T>(operation: string, work: () => T): Promise<T> => {
    if (!broken.operations.includes(operation) || broken.times <= 0) return work()
    broken.times -= 1
    if (broken.how === 'hangs') return new Promise<never>(() => {})
    throw new Error('the connection is closed')
  }
  const store: SharedStore = {
    get: (key) => operate('get', () => kept.get(key)),
    set: (key, value) => operate('set', () => void kept.set(key, value)),
    delete: (key) => operate('delete', () => kept.delete(key)),
  }
  return { store, kept, broken }
}

test.for(['fails', 'hangs'] as const)(
  'a store that %s is store_unavailable, and nobody is logged out by it',
  async (how) => {
    const { store, broken } = breakableStore()
    const { one } = createMachines(emulator, { store, timeout: 100 })
    const visitor = await loggedIn(one, emulator.url)
    Object.assign(broken, { operations: ['get'], how })
    const error = await rejection(tokenAt(one, visitor))
    expect(error).toMatchObject({
      name: 'SessionError',
      code: 'store_unavailable',
      cause: expect.objectContaining({ name: how === 'fails' ? 'Error' : 'TimeoutError' }),
    })
    const lost = await rejection(visitor.request((options) => one.getUser(options)))
    expect(lost).toMatchObject({ code: 'store_unavailable' })
    broken.operations = []
    expect(await tokenAt(one, visitor)).toHaveProperty('accessToken')
  },
)

test('what fails once is tried again, so that a store may be restarted', async () => {
  const { store, broken } = breakableStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  for (const operation of ['get', 'set']) {
    Object.assign(broken, { operations: [operation], times: 2 })
    await tokenAt(one, visitor, { forceRefresh: true })
    expect(broken.times).toBe(0)
  }
  Object.assign(broken, { operations: ['delete'], times: 2 })
  await visitor.request((options) => one.logout({}, options))
  expect(visitor.cookies.size).toBe(0)
})

/** Starts and stops the clock of this process. Nothing but the test makes its time pass. */
function stopClock() {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
    now: Date.now(),
  })
  onTestFinished(() => void vi.useRealTimers())
}

test.for([
  ['fails is tried every 50 ms until the time is over', 'fails', 3],
  ['hangs is waited for until the time is over', 'hangs', 1],
] as const)('an operation of a store that %s', async ([, how, tries]) => {
  const { store, broken } = breakableStore()
  const { one } = createMachines(emulator, { store, timeout: 100 })
  const visitor = await loggedIn(one, emulator.url)
  Object.assign(broken, { operations: ['get'], how, times: 1000 })
  stopClock()
  let isOver = false
  const error = rejection(tokenAt(one, visitor)).finally(() => {
    isOver = true
  })
  while (broken.times === 1000) await new Promise(setImmediate) // until the cookie is opened
  while (!isOver) await vi.advanceTimersByTimeAsync(10)
  expect(await error).toMatchObject({ code: 'store_unavailable' })
  const entries = 4 // of the session, and of three ways in which it may have ended
  expect(1000 - broken.times).toBe(tries * entries)
})

test('a store that is slow has all of its time', async () => {
  const { store } = breakableStore()
  const gate = createGate()
  let isSlow = false
  const slow: SharedStore = {
    ...store,
    async get(key) {
      if (isSlow) await gate.pass()
      return store.get(key)
    },
  }
  const { one } = createMachines(emulator, { store: slow, timeout: 1000 })
  const visitor = await loggedIn(one, emulator.url)
  isSlow = true
  stopClock()
  const user = visitor.request((options) => one.getUser(options))
  await gate.reached
  await vi.advanceTimersByTimeAsync(999)
  gate.open()
  expect(await user).toMatchObject({ sub: 'auth0|alice' })
})

test('a store that says by false that it kept nothing is store_unavailable', async () => {
  const { store } = breakableStore()
  const full: SharedStore = { ...store, set: async () => false }
  const { one } = createMachines(emulator, { store: full, timeout: 100 })
  const error = await rejection(loggedIn(one, emulator.url))
  expect(error).toMatchObject({ code: 'store_unavailable', cause: { message: /false/ } })
})

test('a store may say that it has no value by null', async () => {
  const { store } = breakableStore()
  const nulls: SharedStore = { ...store, get: async (key) => (await store.get(key)) ?? null }
  const { one, other } = createMachines(emulator, { store: nulls })
  const visitor = await loggedIn(one, emulator.url)
  expect(await tokenAt(other, visitor)).toEqual(await tokenAt(one, visitor))
})

test('a logout that the store does not take is tried for 15 minutes', async () => {
  const { store, broken } = breakableStore()
  const { one } = createMachines(emulator, { store, timeout: 100 })
  const visitor = await loggedIn(one, emulator.url)
  Object.assign(broken, { operations: ['set'], times: 1_000_000 })
  stopClock()
  const logout = rejection(visitor.request((options) => one.logout({}, options)))
  /** Returns how often the store was tried in a time in milliseconds. */
  const triesIn = async (time: number) => {
    const before = broken.times
    for (let passed = 0; passed < time; passed += 500) {
      await vi.advanceTimersByTimeAsync(500)
      await crypto.subtle.digest('SHA-256', new Uint8Array()) // hashing takes no time of this clock
    }
    return before - broken.times
  }
  await expect.poll(() => triesIn(500)).toBeGreaterThan(0)
  for (let minutes = 0; minutes < 14; minutes += 2) {
    expect(await triesIn(120_000)).toBeGreaterThan(0)
  }
  await triesIn(120_000)
  expect(await triesIn(840_000)).toBe(0)
  expect(await logout).toMatchObject({ code: 'store_unavailable' })
})

test('a rotated refresh token that the store did not take is kept here, and given to it at the next request', async () => {
  const { store, broken } = breakableStore()
  const send = afterRefresh(() => {
    broken.operations = ['set']
  })
  const { one } = createMachines(emulator, { store, timeout: 100, send })
  const { other } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  const error = await rejection(tokenAt(one, visitor))
  expect(error).toMatchObject({ code: 'store_unavailable' })
  broken.operations = []
  const token = await tokenAt(one, visitor)
  expect(await tokenAt(other, visitor)).toEqual(token)
  await tokenAt(other, visitor, { forceRefresh: true })
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a rotated refresh token that cannot be written does not keep a process alive that has ended its work', async () => {
  const { store, broken } = breakableStore()
  const send = afterRefresh(() => {
    broken.operations = ['set']
  })
  const { one } = createMachines(emulator, { store, timeout: 100, send })
  const visitor = await loggedIn(one, emulator.url)
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => setTimer.mockRestore())
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'store_unavailable' })
  // Pauses grow: after the timeout of one operation, only the next try of the write is this long.
  const next = () => setTimer.mock.results[setTimer.mock.calls.findIndex(([, ms]) => ms === 400)]
  await expect.poll(next, { timeout: 5000 }).toBeDefined()
  expect(next()?.value.hasRef()).toBe(false)
  broken.operations = []
  expect(await tokenAt(one, visitor)).toHaveProperty('accessToken')
})

test.for([
  ['no JSON', 'x'],
  ['another value', JSON.stringify({ value: 'x' })],
  ['a value that is no text', JSON.stringify({ value: { user: { sub: 'auth0|bob' } } })],
] as const)('%s in place of a session is store_unreadable', async ([, entry]) => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  const [[key = '', good = ''] = []] = kept
  kept.set(key, entry)
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({
    name: 'SessionError',
    code: 'store_unreadable',
  })
  kept.set(key, good)
  await tokenAt(one, visitor)
})

test('garbage in place of a logout is store_unreadable, and lets nobody in', async () => {
  const { store, kept } = breakableStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  kept.set(await entryKey('sub', 'web', emulator.url, 'auth0|alice'), 'x')
  const attempt = visitor.request((options) => one.getUser(options))
  expect(await rejection(attempt)).toMatchObject({ code: 'store_unreadable' })
})

test('a route answers 503 where the store is down, and 401 where there is no session', async () => {
  const { store, broken } = breakableStore()
  const { one } = createMachines(emulator, { store, timeout: 100 })
  const visitor = await loggedIn(one, emulator.url)
  const { connect } = createRoutes(one)
  const ask = (cookie: string) =>
    connect(
      new Request('http://localhost:3000/connect', {
        method: 'POST',
        body: new URLSearchParams({ connection: 'github' }),
        headers: { cookie, 'sec-fetch-site': 'same-origin' },
      }),
    )
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  broken.operations = ['get']
  expect((await ask(cookie)).status).toBe(503)
  expect((await ask('')).status).toBe(401)
})

test('a Keyv that takes a failed read for a missing entry is refused when it is given', () => {
  const adapter = Object.assign(new Map(), { throwOnErrors: false })
  const create = (keyv: Keyv) => () => sharedSessions(keyv, { lock: memoryLock() })
  for (const keyv of [new Keyv(), new Keyv({ store: adapter, throwOnErrors: true })]) {
    expect(create(keyv)).toThrow(TypeError)
    expect(create(keyv)).toThrow('throwOnErrors: true')
  }
  create(new Keyv({ throwOnErrors: true }))()
})
