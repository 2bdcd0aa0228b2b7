import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, describe, expect, test } from 'vitest'
import type { HeldLock, RefreshLock, SharedStore } from '../src/index.js'
import { errorResponse } from '../src/routes/problem.js'
import {
  afterRefresh,
  createGate,
  createMachines,
  isRefresh,
  memoryLock,
  memoryStore,
  rotatingEmulator,
  tokenAt,
} from './shared.js'
import { createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const steady = await createEmulator({ port: 0 })
const emulator = await rotatingEmulator()
afterAll(() => Promise.all([emulator.close(), steady.close()]))

/** The `timeout` of machines that are not paused, in milliseconds: after it they take the paused one for dead. */
const PATIENCE = 2000

/** A lock that everybody gets, as when the one who had it was paused for too long. */
const lostLock: RefreshLock = {
  acquire: async () => ({ isHeld: () => true, release: async () => {} }),
}

/** A machine whose refreshes are held up after the tenant has answered. */
function createPaused(of: Emulator, store: SharedStore, lock = lostLock) {
  const gate = createGate()
  return {
    gate,
    paused: createMachines(of, { store, lock, send: afterRefresh(gate.pass) }).one,
  }
}

/** The same browser, so that two requests of it can be under way. */
const sameBrowser = ({ cookies }: Visitor): Visitor =>
  Object.assign(createVisitor(emulator.url), { cookies })

test('a machine that lost the lock while it was paused does not overwrite a newer session', async () => {
  const store = memoryStore().keyv
  const { gate, paused } = createPaused(steady, store)
  const { one, other } = createMachines(steady, { store, lock: lostLock, patience: PATIENCE })
  const visitor = await loggedIn(paused, steady.url)
  const late = tokenAt(paused, sameBrowser(visitor))
  await gate.reached
  // Without a jti, tokens of the same second are the same.
  steady.clock.advance(1)
  const newer = await tokenAt(other, visitor, { forceRefresh: true })
  gate.open()
  expect((await late).accessToken).not.toBe(newer.accessToken)
  expect(await tokenAt(one, visitor)).toEqual(newer)
})

test('with compare-and-set it does not do so either where it was paused just before it wrote', async () => {
  const gate = createGate()
  const kept = new Map<string, string>()
  const store: SharedStore = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => kept.delete(key),
    replace: async (key, expected, value) =>
      kept.get(key) === expected && kept.set(key, value).has(key),
  }
  const { one, other } = createMachines(steady, { store, lock: lostLock, patience: PATIENCE })
  const slow = {
    ...store,
    replace: async (...args: Parameters<NonNullable<SharedStore['replace']>>) => {
      await gate.pass()
      return store.replace?.(...args) ?? false
    },
  }
  const { one: paused } = createMachines(steady, { store: slow, lock: lostLock, timeout: 10_000 })
  const visitor = await loggedIn(paused, steady.url)
  const late = tokenAt(paused, sameBrowser(visitor))
  await gate.reached
  const newer = await tokenAt(other, visitor, { forceRefresh: true })
  gate.open()
  await late
  expect(await tokenAt(one, visitor)).toEqual(newer)
})

test.for<[string, HeldLock['isHeld']]>([
  ['is lost', () => false],
  ['is lost, as its server says,', async () => false],
  ['cannot be asked for', () => Promise.reject(new Error('the connection is closed'))],
  [
    'throws when it is asked for',
    () => {
      throw new Error('a bug')
    },
  ],
  ['says nothing', () => new Promise<never>(() => {})],
])('a machine whose lock %s before the grant sends nothing: refresh_busy', async ([, isHeld]) => {
  const lock = { acquire: async () => ({ isHeld, release: async () => {} }) }
  const { one, grants } = createMachines(emulator, { lock, patience: 1000 })
  const visitor = await loggedIn(one, emulator.url)
  const error = await rejection(tokenAt(one, visitor))
  expect(error).toMatchObject({ name: 'SessionError', code: 'refresh_busy' })
  expect(errorResponse(error).status).toBe(503)
  expect(grants).toEqual(['authorization_code'])
})

test('one waits for a refresh, here or elsewhere, as long as it was told: refresh_busy', async () => {
  const [store, lock] = [memoryStore().keyv, memoryLock()]
  const { gate, paused } = createPaused(emulator, store, lock)
  const { one } = createMachines(emulator, { store, lock, patience: PATIENCE })
  const visitor = await loggedIn(paused, emulator.url)
  const first = tokenAt(paused, sameBrowser(visitor))
  await gate.reached
  const waiting = [one, one, one].map((server) => tokenAt(server, sameBrowser(visitor)))
  for (const error of await Promise.all(waiting.map(rejection)))
    expect(error).toMatchObject({ code: 'refresh_busy' })
  gate.open()
  const token = await first
  expect(await tokenAt(one, visitor)).toEqual(token)
  expect(emulator.refreshTokenReuses).toBe(0)
})

test.for<[string, RefreshLock['acquire'], string]>([
  ['fails', () => Promise.reject(new Error('the connection is closed')), 'Error'],
  [
    'fails because its own time is over',
    () => Promise.reject(new DOMException('no answer', 'TimeoutError')),
    'TimeoutError',
  ],
  [
    'fails while it is given up',
    (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('the connection is closed'))),
      ),
    'Error',
  ],
])('a lock that %s is store_unavailable, and nothing is sent', async ([, acquire, name]) => {
  const store = memoryStore().keyv
  const { one, grants } = createMachines(emulator, { store, lock: { acquire }, patience: 500 })
  const visitor = await loggedIn(createMachines(emulator, { store }).one, emulator.url)
  const error = await rejection(tokenAt(one, visitor))
  expect(error).toMatchObject({ code: 'store_unavailable', cause: { name } })
  expect(grants).toEqual([])
})

test('a lock that fails does not use up the callback of a login, which succeeds once the lock is back', async () => {
  const good = memoryLock()
  let isBroken = true
  const { one, grants } = createMachines(emulator, {
    lock: {
      acquire: (key, options) =>
        isBroken
          ? Promise.reject(new Error('the connection is closed'))
          : good.acquire(key, options),
    },
  })
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((options) => one.startInteractiveLogin({}, options))
  const callbackUrl = await visitor.logIn(url)
  const complete = () =>
    visitor.request((options) => one.completeInteractiveLogin(callbackUrl, options))
  expect(await rejection(complete())).toMatchObject({ code: 'store_unavailable' })
  expect(grants).toEqual([])
  isBroken = false
  expect((await complete()).user.sub).toBe('auth0|alice')
})

test('a crash between the grant and the write: the user is told to log in again, and can', async () => {
  const store = memoryStore().keyv
  const { gate, paused } = createPaused(emulator, store)
  const { one } = createMachines(emulator, { store, lock: lostLock, patience: PATIENCE })
  const visitor = await loggedIn(paused, emulator.url)
  tokenAt(paused, sameBrowser(visitor)).catch(() => {}) // it never comes back
  await gate.reached
  const error = await rejection(tokenAt(one, visitor))
  expect(error).toMatchObject({ name: 'TokenError', code: 'invalid_grant' })
  expect(String(error)).toContain('log in again')
  expect(errorResponse(error).status).toBe(401)
  const url = await visitor.request((options) => one.startInteractiveLogin({}, options))
  const callbackUrl = await visitor.logIn(url)
  await visitor.request((options) => one.completeInteractiveLogin(callbackUrl, options))
  expect(await tokenAt(one, visitor)).toHaveProperty('accessToken')
})

describe('a machine that gets the lock while the refresh of another one is unfinished', () => {
  test('waits until the new refresh token is written, as when the store and its lock were away', async () => {
    const { keyv } = memoryStore()
    let isAway = false
    const store: SharedStore = {
      get: (key) => keyv.get(key),
      set: async (key, value, ttl) => {
        if (isAway) throw new Error('the connection is closed')
        return keyv.set(key, value, ttl)
      },
      delete: (key) => keyv.delete(key),
    }
    const send = afterRefresh(() => {
      isAway = true
    })
    const { one } = createMachines(emulator, { store, lock: lostLock, timeout: 100, send })
    const { other } = createMachines(emulator, { store, lock: lostLock })
    const visitor = await loggedIn(one, emulator.url)
    const reuses = emulator.refreshTokenReuses
    const error = await rejection(tokenAt(one, visitor))
    expect(error).toMatchObject({ code: 'store_unavailable' })
    const token = tokenAt(other, sameBrowser(visitor))
    isAway = false
    expect(await tokenAt(one, visitor)).toEqual(await token)
    expect(emulator.refreshTokenReuses).toBe(reuses)
  })

  test('refreshes itself after its timeout, so that a crash before the token was sent ends no login', async () => {
    const store = memoryStore().keyv
    const gate = createGate()
    const crashed = createMachines(emulator, {
      store,
      lock: lostLock,
      async send(request) {
        if (await isRefresh(request)) await gate.pass()
        return fetch(request)
      },
    }).one
    const { one } = createMachines(emulator, { store, lock: lostLock, patience: PATIENCE })
    const visitor = await loggedIn(crashed, emulator.url)
    const reuses = emulator.refreshTokenReuses
    tokenAt(crashed, sameBrowser(visitor)).catch(() => {}) // it never comes back
    await gate.reached
    expect(await tokenAt(one, visitor)).toHaveProperty('accessToken')
    expect(emulator.refreshTokenReuses).toBe(reuses)
  })

  test('does not wait after a refresh that got no answer', async () => {
    const store = memoryStore().keyv
    const { one } = createMachines(emulator, {
      store,
      async send(request) {
        if (await isRefresh(request)) throw new TypeError('fetch failed')
        return fetch(request)
      },
    })
    const { other } = createMachines(emulator, { store })
    const visitor = await loggedIn(one, emulator.url)
    expect(await rejection(tokenAt(one, visitor))).toMatchObject({ message: 'fetch failed' })
    const startedAt = performance.now()
    expect(await tokenAt(other, visitor)).toHaveProperty('accessToken')
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})

test('a logout at another machine that overtakes a refresh stays one', async () => {
  const store = memoryStore().keyv
  const { gate, paused } = createPaused(emulator, store)
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  const copied = new Map(visitor.cookies)
  const late = tokenAt(paused, sameBrowser(visitor))
  await gate.reached
  await visitor.request((options) => one.logout({}, options))
  gate.open()
  await late
  visitor.cookies = copied
  expect(await visitor.request((options) => one.getUser(options))).toBeUndefined()
})

test('nor does it end where the refresh was about to write, and the store has no compare-and-set', async () => {
  const gate = createGate()
  const { keyv: store } = memoryStore()
  const { one } = createMachines(emulator, { store })
  let isRefreshed = false
  const slow: SharedStore = {
    get: (key) => store.get(key),
    async set(key, value, ttl) {
      if (isRefreshed) await gate.pass()
      return store.set(key, value, ttl)
    },
    delete: (key) => store.delete(key),
  }
  const send = afterRefresh(async () => {
    isRefreshed = true
  })
  const { one: paused } = createMachines(emulator, { store: slow, send })
  const visitor = await loggedIn(one, emulator.url)
  const copied = new Map(visitor.cookies)
  const late = tokenAt(paused, sameBrowser(visitor))
  await gate.reached
  await visitor.request((options) => one.logout({}, options))
  gate.open()
  await late
  visitor.cookies = copied
  expect(await visitor.request((options) => one.getUser(options))).toBeUndefined()
})

test('a rotation in spite of non-rotating is refresh_token_rotated, and the new token is kept', async () => {
  const { one, other } = createMachines(emulator, { refreshTokens: 'non-rotating' })
  const visitor = await loggedIn(one, emulator.url)
  for (const server of [one, other]) {
    const error = await rejection(tokenAt(server, visitor, { forceRefresh: true }))
    expect(error).toMatchObject({ name: 'SessionError', code: 'refresh_token_rotated' })
    expect(errorResponse(error).status).toBe(500)
  }
  const reuses = emulator.refreshTokenReuses
  expect(await tokenAt(other, visitor)).toEqual(await tokenAt(one, visitor))
  expect(emulator.refreshTokenReuses).toBe(reuses)
})

test('without a lock refresh tokens that do not rotate serve all machines', async () => {
  const { one, other } = createMachines(steady, { refreshTokens: 'non-rotating' })
  const visitor = await loggedIn(one, steady.url)
  const token = await tokenAt(one, visitor)
  expect(await tokenAt(other, visitor)).toEqual(token)
})
