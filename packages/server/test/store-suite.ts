import type { Emulator } from '@connected-accounts/emulator'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBackChannelLogout, type RefreshLock, type SharedStore } from '../src/index.js'
import { afterRefresh, createMachines, tokenAt } from './shared.js'
import { createVisitor, loggedIn, rejection } from './visitor.js'

/** A store and a lock on a real server, and the server's own view of them. */
export interface StoreUnderTest {
  emulator: Emulator
  store: SharedStore
  /** Creates a lock. Its `ttl` is in milliseconds. */
  createLock(options?: { ttl?: number }): RefreshLock
  /** Returns all entries as the server has them, with their life in milliseconds. */
  entries(): Promise<{ key: string; value: string; life: number }[]>
  /** Makes somebody the owner of the lock of the key `key`, whoever had it, for a life in milliseconds. */
  giveLock(owner: string, life: number): Promise<unknown>
  /** Removes the lock of the key `key`. */
  removeLock(): Promise<unknown>
}

/** A server that can be stopped, as a crash would stop it, and started again. */
interface Restartable {
  stop(): Promise<void>
  start(): Promise<void>
}

const soon = (milliseconds = 5000) => ({ signal: AbortSignal.timeout(milliseconds) })
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** Tests sessions of several machines in a store. */
export function testSessions(
  name: string,
  { emulator, store, createLock, entries }: StoreUnderTest,
) {
  describe(`Sessions in ${name}`, () => {
    const create = () => createMachines(emulator, { store, lock: createLock(), timeout: 5000 })

    test('many servers make one refresh of a session', async () => {
      const { one, other, third, grants } = create()
      const visitor = await loggedIn(one, emulator.url)
      const reuses = emulator.refreshTokenReuses
      grants.length = 0
      const servers = [one, other, third, one, other, third]
      const tokens = await Promise.all(servers.map((server) => tokenAt(server, visitor)))
      expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
      expect(grants).toEqual(['refresh_token'])
      for (const server of servers) await tokenAt(server, visitor, { forceRefresh: true })
      expect(emulator.refreshTokenReuses).toBe(reuses)
    })

    test('what is kept expires with the session, and nothing of it can be read', async () => {
      const { one } = create()
      const visitor = await loggedIn(one, emulator.url)
      const { accessToken } = await tokenAt(one, visitor)
      const kept = await entries()
      expect(kept.filter(({ key }) => key.includes('lock:'))).toEqual([]) // it has been released
      const lives = kept.map(({ life }) => life / 1000)
      expect(Math.abs(Math.max(...lives) - 259_200)).toBeLessThan(5)
      // The others are of the login and of the refresh, which nobody asks about any more after minutes.
      for (const life of lives.filter((one) => one !== Math.max(...lives))) {
        expect(life).toBeLessThan(16 * 60)
      }
      const values = kept.map(({ value }) => value).join()
      for (const text of [accessToken, 'alice', 'refreshToken']) expect(values).not.toContain(text)
    })

    test('a login callback that two machines get at once, and that comes again, uses its code once', async () => {
      const { one, other, third, grants } = create()
      const visitor = createVisitor(emulator.url)
      const start = await visitor.request((options) => one.startInteractiveLogin({}, options))
      const callbackUrl = await visitor.logIn(start)
      const reuses = emulator.refreshTokenReuses
      const complete = async (server: typeof one) => {
        const cookies = new Map(visitor.cookies)
        const browser = Object.assign(createVisitor(emulator.url), { cookies })
        await browser.request((options) => server.completeInteractiveLogin(callbackUrl, options))
        return tokenAt(server, browser)
      }
      const tokens = [...(await Promise.all([one, other].map(complete))), await complete(third)]
      expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
      expect(grants).toEqual(['authorization_code', 'refresh_token'])
      expect(emulator.refreshTokenReuses).toBe(reuses)
    })

    test('a connect callback that two machines get at once, and that comes again, is completed once', async () => {
      const sent: string[] = []
      const { one, other, third } = createMachines(emulator, {
        store,
        lock: createLock(),
        timeout: 5000,
        async send(request: Request) {
          if (request.url.endsWith('/complete')) sent.push(request.url)
          return fetch(request)
        },
      })
      const visitor = await loggedIn(one, emulator.url)
      const start = await visitor.request((options) =>
        one.startConnectAccount({ connection: 'github' }, options),
      )
      const callbackUrl = await visitor.connect(start)
      const complete = async (server: typeof one) => {
        const cookies = new Map(visitor.cookies)
        const browser = Object.assign(createVisitor(emulator.url), { cookies })
        return browser.request((options) => server.completeConnectAccount(callbackUrl, options))
      }
      const completed = [...(await Promise.all([one, other].map(complete))), await complete(third)]
      expect(new Set(completed.map(({ account }) => account.id)).size).toBe(1)
      expect(sent).toHaveLength(1)
    })

    test('a logout ends a session everywhere, and a login makes another', async () => {
      const { one, other } = create()
      const visitor = await loggedIn(one, emulator.url)
      const copied = new Map(visitor.cookies)
      await visitor.request((options) => one.logout({}, options))
      visitor.cookies = copied
      expect(await rejection(tokenAt(other, visitor))).toMatchObject({ code: 'missing_session' })
      expect(createBackChannelLogout(other)).toBeTypeOf('function')
    })
  })
}

/** Tests that a store replaces a value only while it is the expected one. */
export function testCompareAndSet(name: string, { store }: StoreUnderTest) {
  describe(`Compare-and-set in ${name}`, () => {
    test('of two that replace the same value one succeeds, and another value is not replaced', async () => {
      const { get, set, replace, delete: remove } = store
      await set('key', 'one', 60_000)
      expect(await replace?.('key', 'another', 'two', 60_000)).toBe(false)
      expect(await get('key')).toBe('one')
      const both = ['two', 'three'].map((value) => replace?.('key', 'one', value, 60_000))
      const winners = (await Promise.all(both)).filter((isKept) => isKept)
      expect(winners).toHaveLength(1)
      await remove('key')
      expect(await replace?.('key', 'two', 'four', 60_000)).toBe(false)
      expect(await replace?.('key', undefined, 'five', 60_000)).toBe(true)
      expect(await replace?.('key', undefined, 'six', 60_000)).toBe(false)
      await remove('key')
      expect((await get('key')) ?? undefined).toBeUndefined()
    })
  })
}

/** Tests a lock. */
export function testLock(
  name: string,
  { createLock, entries, giveLock, removeLock }: StoreUnderTest,
) {
  const heldLocks = async () => (await entries()).filter(({ key }) => key.endsWith('lock:key'))

  describe(`The lock of ${name}`, () => {
    test('one has it at a time, and the next one gets it as it is released', async () => {
      const lock = createLock()
      const order: string[] = []
      const work = async (worker: string) => {
        const held = await lock.acquire('key', soon())
        order.push(worker)
        await pause(30)
        expect(await held.isHeld()).toBe(true)
        order.push(worker)
        await held.release()
        expect(await held.isHeld()).toBe(false)
      }
      await Promise.all(['a', 'b', 'c', 'd'].map(work))
      for (let turn = 0; turn < 8; turn += 2) expect(order[turn]).toBe(order[turn + 1])
      expect(await heldLocks()).toEqual([])
    })

    test('other keys do not wait', async () => {
      const lock = createLock()
      const held = await lock.acquire('key', soon())
      await (await lock.acquire('another', soon(1000))).release()
      await held.release()
    })

    test('that of a process that died is free after its time', async () => {
      await giveLock('one that died', 300)
      const startedAt = performance.now()
      const held = await createLock().acquire('key', soon())
      expect(performance.now() - startedAt).toBeGreaterThan(200)
      await held.release()
    })

    test('it is renewed for as long as it is held', async () => {
      const held = await createLock({ ttl: 600 }).acquire('key', soon())
      await pause(1500)
      expect(await held.isHeld()).toBe(true)
      expect(await heldLocks()).toHaveLength(1)
      await held.release()
    })

    test('one that was taken by another is known as lost, although the clock of the machine stood still, and not released', async () => {
      const now = performance.now()
      const held = await createLock({ ttl: 60_000 }).acquire('key', soon())
      await giveLock('another', 60_000)
      const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
      onTestFinished(() => clock.mockRestore())
      expect(await held.isHeld()).toBe(false)
      await held.release()
      const [{ value = '', life = 0 } = {}] = await heldLocks()
      expect(value).toBe('another')
      expect(life).toBeGreaterThan(50_000)
    })

    test('one waits no longer than the signal says, and takes nothing afterwards', async () => {
      await giveLock('another', 60_000)
      const { signal } = soon(100)
      expect(await rejection(createLock().acquire('key', { signal }))).toBe(signal.reason)
      await removeLock()
      await pause(100)
      expect(await heldLocks()).toEqual([])
    })
  })
}

/** Tests that sessions and their lock survive a restart of the server. */
export function testRestart(name: string, under: StoreUnderTest, { stop, start }: Restartable) {
  const { emulator, store, createLock, entries } = under

  describe(`A restart of ${name}`, () => {
    test('while the store is down it is store_unavailable; after it was restarted the sessions go on', async () => {
      const create = (timeout: number) =>
        createMachines(emulator, { store, lock: createLock(), timeout, patience: timeout + 200 })
      const [hasty, patient] = [create(300), create(10_000)]
      const visitor = await loggedIn(patient.one, emulator.url)
      const token = await tokenAt(patient.one, visitor)
      await stop()
      const error = await rejection(tokenAt(hasty.one, visitor))
      expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
      await start()
      expect(await tokenAt(patient.one, visitor)).toEqual(token)
      await tokenAt(patient.other, visitor, { forceRefresh: true })
    })

    test('a refresh token is used once, although the store was away when the new one was to be written, and the lock with it', async () => {
      const [lock, reuses] = [createLock({ ttl: 300 }), emulator.refreshTokenReuses]
      const send = afterRefresh(stop)
      const { one } = createMachines(emulator, { store, lock, timeout: 500, send })
      const { other } = createMachines(emulator, { store, lock, timeout: 10_000 })
      const visitor = await loggedIn(one, emulator.url)
      expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'store_unavailable' })
      await start()
      expect(await tokenAt(other, visitor)).toHaveProperty('accessToken')
      expect(emulator.refreshTokenReuses).toBe(reuses)
    })

    test('a lock whose server is away does not count as held', async () => {
      const held = await createLock({ ttl: 2000 }).acquire('key', soon())
      await stop()
      expect(await held.isHeld()).toBe(false)
      await start()
      await held.release()
    })

    test('while the lock is down one waits for it, and says so when the time is over', async () => {
      const lock = createLock()
      await stop()
      const { signal } = soon(300)
      expect(await rejection(lock.acquire('key', { signal }))).not.toBe(signal.reason)
      const patient = lock.acquire('key', soon(20_000))
      await start()
      await (await patient).release()
      await expect.poll(async () => (await entries()).length).toBe(0)
    })
  })
}
