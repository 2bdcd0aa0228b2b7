import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SharedStore } from '../src/index.js'
import {
  afterRefresh,
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

const busy = { name: 'SessionError', code: 'refresh_busy' }
const unavailable = { name: 'SessionError', code: 'store_unavailable' }

/** A store in memory, without compare-and-set, whose writes of sessions can be changed. */
function createStore() {
  const kept = new Map<string, string>()
  const write = (key: string, value: string) => void kept.set(key, value)
  const changeable = { set: async (key: string, value: string) => write(key, value) }
  const store: SharedStore = {
    get: async (key) => kept.get(key),
    set: (key, value) => changeable.set(key, value),
    delete: async (key) => kept.delete(key),
  }
  return { store, changeable, write }
}

/** The same browser, so that two requests of it can be under way. */
const sameBrowser = ({ cookies }: Visitor): Visitor =>
  Object.assign(createVisitor(emulator.url), { cookies })

describe('a rotated refresh token that the store does not take in time', () => {
  test('no other machine uses the old one until the new one is written', async () => {
    const { store, changeable } = createStore()
    const lock = memoryLock()
    const { set } = changeable
    const send = afterRefresh(() => {
      changeable.set = () => Promise.reject(new Error('the connection is closed'))
    })
    const options = { store, lock, timeout: 100, patience: 1000 }
    const { one } = createMachines(emulator, { ...options, send })
    const { other, third } = createMachines(emulator, options)
    const visitor = await loggedIn(one, emulator.url)
    expect(await rejection(tokenAt(one, visitor))).toMatchObject(unavailable)
    expect(await rejection(tokenAt(other, visitor))).toMatchObject(busy)
    changeable.set = set
    const token = await untilFree(() => tokenAt(other, visitor))
    expect(await tokenAt(third, visitor)).toEqual(token)
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('a write that lands late does not undo what another machine has written', async () => {
    const { store, changeable, write } = createStore()
    const lock = memoryLock()
    const { set } = changeable
    const gate = createGate()
    const send = afterRefresh(() => {
      changeable.set = async (key, value) => {
        changeable.set = set
        await gate.pass()
        write(key, value)
      }
    })
    const options = { store, lock, timeout: 200, patience: 1000 }
    const { one } = createMachines(emulator, { ...options, send })
    const { other, third } = createMachines(emulator, options)
    const visitor = await loggedIn(one, emulator.url)
    expect(await rejection(tokenAt(one, visitor))).toMatchObject(unavailable)
    expect(await rejection(tokenAt(other, visitor, { forceRefresh: true }))).toMatchObject(busy)
    gate.open()
    const token = await untilFree(() => tokenAt(other, visitor, { forceRefresh: true }))
    expect(await tokenAt(third, visitor)).toEqual(token)
    await tokenAt(third, visitor, { forceRefresh: true })
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('nobody waits for a late write of another session', async () => {
    const { store, changeable } = createStore()
    const lock = memoryLock()
    const { set } = changeable
    const send = afterRefresh(() => {
      changeable.set = nextSet
    })
    let nextSet: typeof set = () => new Promise(() => {})
    const options = { store, lock, timeout: 300, patience: 1500 }
    const { one } = createMachines(emulator, { ...options, send })
    const { other } = createMachines(emulator, options)
    const alice = await loggedIn(one, emulator.url)
    const bob = await loggedIn(one, emulator.url, { email: 'bob@example.test' })
    expect(await rejection(tokenAt(one, bob))).toMatchObject(unavailable)
    changeable.set = set
    nextSet = () => Promise.reject(new Error('the connection is closed'))
    expect(await rejection(tokenAt(one, alice))).toMatchObject(unavailable)
    changeable.set = set
    expect(await tokenAt(other, alice)).toHaveProperty('accessToken')
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('the others wait for it 15 minutes at most', async () => {
    const { store } = createStore()
    const lock = memoryLock()
    let isAway = false
    const away: SharedStore = {
      ...store,
      set: (...entry) => (isAway ? Promise.reject(new Error('closed')) : store.set(...entry)),
    }
    const send = afterRefresh(() => {
      isAway = true
    })
    const { one } = createMachines(emulator, { store: away, lock, timeout: 100, send })
    const { other } = createMachines(emulator, { store, lock, patience: 1000 })
    const visitor = await loggedIn(one, emulator.url)
    const { now } = Date
    let later = 0
    vi.spyOn(Date, 'now').mockImplementation(() => now() + later)
    onTestFinished(() => void vi.restoreAllMocks())
    expect(await rejection(tokenAt(one, visitor))).toMatchObject(unavailable)
    later = 880_000
    expect(await rejection(tokenAt(other, visitor))).toMatchObject(busy)
    later = 900_000
    // The tenant takes the old one for stolen, as nobody knows the new one.
    const error = await rejection(untilFree(() => tokenAt(other, visitor)))
    expect(error).toMatchObject({ code: 'invalid_grant' })
  })

  async function untilFree<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (Object(error).code !== busy.code) throw error
      }
    }
  }
})

test('a refresh that others get ahead of in a store with replace is tried again', async () => {
  const { store } = createStore()
  let firstAt = 0
  const busy: SharedStore = {
    ...store,
    async replace(key, _, value, ttl) {
      firstAt ||= performance.now()
      if (performance.now() - firstAt < 250) return false
      await store.set(key, value, ttl)
      return true
    },
  }
  const { one, other } = createMachines(emulator, { store: busy })
  const visitor = await loggedIn(one, emulator.url)
  const token = await tokenAt(one, visitor)
  expect(await tokenAt(other, visitor)).toEqual(token)
})

test('a store whose replace() always returns false is store_unavailable, after a few tries', async () => {
  let tries = 0
  const { store } = createStore()
  const refusing = {
    ...store,
    async replace() {
      tries += 1
      return false
    },
  }
  const { one } = createMachines(emulator, { store: refusing, timeout: 100 })
  const visitor = await loggedIn(one, emulator.url)
  const error = await rejection(tokenAt(one, visitor))
  expect(error).toMatchObject({ ...unavailable, cause: { message: /returned false 5 times/ } })
  expect(tries).toBe(5)
})

test('a lock that ignores its signal is refresh_busy, and is released when it comes late', async () => {
  const gate = createGate()
  let isReleased = false
  const lock = {
    async acquire() {
      await gate.pass()
      return {
        isHeld: () => true,
        async release() {
          isReleased = true
        },
      }
    },
  }
  const store = memoryStore().keyv
  const visitor = await loggedIn(createMachines(emulator, { store }).one, emulator.url)
  const { one } = createMachines(emulator, { store, lock, patience: 1000 })
  expect(await rejection(tokenAt(one, visitor))).toMatchObject(busy)
  gate.open()
  await expect.poll(() => isReleased).toBe(true)
})

test('a refresh of one user does not wait for that of another', async () => {
  const gate = createGate()
  let isGated = false
  const server = createServer(emulator, {
    async fetch(request) {
      const isFirst = isGated && request.url.endsWith('/oauth/token')
      if (isFirst) isGated = false
      if (isFirst) await gate.pass()
      return fetch(request)
    },
  })
  const alice = await loggedIn(server, emulator.url)
  const bob = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  isGated = true
  const first = tokenAt(server, sameBrowser(alice))
  await gate.reached
  expect(await tokenAt(server, bob)).toHaveProperty('accessToken')
  gate.open()
  await first
})
