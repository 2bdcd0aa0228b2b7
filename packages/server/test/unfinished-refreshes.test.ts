import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { RefreshLock, SharedStore } from '../src/index.js'
import {
  createGate,
  createMachines,
  isRefresh,
  memoryStore,
  rotatingEmulator,
  tokenAt,
} from './shared.js'
import { createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

// How long a machine waits for the refresh of another one, if it gets the lock meanwhile.
const emulator = await rotatingEmulator()
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

/** How long a refresh may take, in milliseconds. */
const patience = 30_000

/** A lock that everybody gets, as when it is lost. */
const lostLock: RefreshLock = {
  acquire: async () => ({ isHeld: () => true, release: async () => {} }),
}

/** The same browser, so that two requests of it can be under way. */
const sameBrowser = ({ cookies }: Visitor): Visitor =>
  Object.assign(createVisitor(emulator.url), { cookies })

/** Machines that share a store, and a clock that stands still until it is set. */
function setUp() {
  const startedAt = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startedAt })
  onTestFinished(() => void vi.useRealTimers())
  const { keyv } = memoryStore()
  let reads = 0
  let wake = () => {}
  const store: SharedStore = {
    async get(key) {
      reads += 1
      wake()
      return keyv.get(key)
    },
    set: (key, value, ttl) => keyv.set(key, value, ttl),
    delete: (key) => keyv.delete(key),
  }
  const machine = (options: Parameters<typeof createMachines>[1] = {}) =>
    createMachines(emulator, { store, lock: lostLock, patience, ...options })
  return {
    machine,
    /** A machine whose refreshes are held up before they reach the tenant. */
    held(options: Parameters<typeof createMachines>[1] = {}) {
      const gate = createGate()
      const send = async (request: Request) => {
        if (await isRefresh(request)) await gate.pass()
        return (options.send ?? fetch)(request)
      }
      return { gate, ...machine({ ...options, send }) }
    },
    setClock: (time: number) => void vi.setSystemTime(startedAt + time),
    /** Resolves when whoever waits has looked at the store again. */
    async looked() {
      const enough = reads + 7
      while (reads < enough) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}

test.for([
  ['while it may still be under way', { crash: 0, ask: 10_000, end: 30_000 }],
  ['and gets half of the time anew after an outage', { crash: 0, ask: 28_000, end: 43_000 }],
  ['by the clock here if the other clock is ahead', { crash: 20_000, ask: 0, end: 30_000 }],
] as const)('a refresh of another machine is waited for %s', async ([, { crash, ask, end }]) => {
  const { machine, held, setClock, looked } = setUp()
  const crashed = held()
  const { one, grants } = machine()
  const visitor = await loggedIn(one, emulator.url)
  grants.length = 0
  setClock(crash)
  tokenAt(crashed.one, sameBrowser(visitor)).catch(() => {}) // it never comes back
  await crashed.gate.reached
  setClock(ask)
  const token = tokenAt(one, visitor)
  await looked()
  setClock(end)
  await looked()
  expect(grants).toEqual([])
  setClock(end + 1)
  expect(await token).toHaveProperty('accessToken')
  expect(grants).toEqual(['refresh_token'])
})

test('a request waits for a refresh of another machine no longer than it was told: refresh_busy', async () => {
  const { machine, held } = setUp()
  const crashed = held()
  const { one, grants } = machine({ patience: 500 })
  const visitor = await loggedIn(one, emulator.url)
  tokenAt(crashed.one, sameBrowser(visitor)).catch(() => {}) // it never comes back
  await crashed.gate.reached
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'refresh_busy' })
  expect(grants).toEqual(['authorization_code'])
})

test('a machine that lost the lock and has no answer does not end the wait for the machine after it', async () => {
  const { machine, held, setClock, looked } = setUp()
  let isHeld = true
  const first = held({
    lock: { acquire: async () => ({ isHeld: () => isHeld, release: async () => {} }) },
    send: async (request) => {
      if (await isRefresh(request)) throw new TypeError('fetch failed')
      return fetch(request)
    },
  })
  const second = held()
  const { one: third, grants } = machine()
  const visitor = await loggedIn(third, emulator.url)
  grants.length = 0
  const failed = rejection(tokenAt(first.one, sameBrowser(visitor)))
  await first.gate.reached
  isHeld = false
  setClock(patience)
  const token = tokenAt(second.one, sameBrowser(visitor))
  await looked()
  setClock(2 * patience)
  await second.gate.reached
  first.gate.open()
  expect(await failed).toMatchObject({ message: 'fetch failed' })
  const same = tokenAt(third, visitor)
  await looked()
  expect(grants).toEqual([])
  second.gate.open()
  expect(await same).toEqual(await token)
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a refresh that cannot start changes nothing in the store', async () => {
  const { machine } = setUp()
  const deleted: string[] = []
  const { keyv } = memoryStore()
  const store: SharedStore = {
    get: (key) => keyv.get(key),
    set: (key, value, ttl) => keyv.set(key, value, ttl),
    delete: async (key) => void deleted.push(key),
  }
  const { one } = machine({ store })
  const visitor = await loggedIn(one, emulator.url, { scope: 'openid' })
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'missing_refresh_token' })
  expect(deleted).toEqual([])
})
