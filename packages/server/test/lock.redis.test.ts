import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type RedisClient, redisLock, redisStore } from '../src/sessions/redis.js'
import { startRedis } from './redis-server.js'
import { rejection } from './visitor.js'

const server = await startRedis()
const redis = createClient({ url: server.url }).on('error', () => {}) // the tests stop it
beforeAll(async () => void (await redis.connect()))
beforeEach(async () => void (await redis.flushAll()))
afterAll(async () => {
  redis.destroy()
  await server.close()
})

const NAME = 'connected-accounts:lock:key'
const soon = (milliseconds = 5000) => ({ signal: AbortSignal.timeout(milliseconds) })
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** A client as ioredis is one, which sends the same commands. */
const ioredis: RedisClient = { call: (...command) => redis.sendCommand(command) }

test.for([
  ['node-redis', redis],
  ['ioredis', ioredis],
] as const)(
  'by %s: one has the lock at a time, and the next one gets it as it is released',
  async ([, client]) => {
    const lock = redisLock(client)
    const order: string[] = []
    const work = async (name: string) => {
      const held = await lock.acquire('key', soon())
      order.push(name)
      await pause(30)
      expect(await held.isHeld()).toBe(true)
      order.push(name)
      await held.release()
      expect(await held.isHeld()).toBe(false)
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(work))
    for (let turn = 0; turn < 8; turn += 2) expect(order[turn]).toBe(order[turn + 1])
    expect(await redis.exists(NAME)).toBe(0)
  },
)

test('other keys do not wait', async () => {
  const lock = redisLock(redis)
  await lock.acquire('key', soon())
  await (await lock.acquire('another', soon(200))).release()
})

test('the lock of a process that died is free after its time', async () => {
  await redis.set(NAME, 'one that died', { PX: 300 })
  const startedAt = performance.now()
  const held = await redisLock(redis).acquire('key', soon())
  expect(performance.now() - startedAt).toBeGreaterThan(200)
  await held.release()
})

test('it is renewed for as long as it is held', async () => {
  const held = await redisLock(redis, { ttl: 150 }).acquire('key', soon())
  await pause(500)
  expect(await held.isHeld()).toBe(true)
  expect(await redis.pTTL(NAME)).toBeGreaterThan(0)
  await held.release()
})

test('one that was taken by another is known as lost, and neither renewed nor released', async () => {
  const held = await redisLock(redis, { ttl: 150 }).acquire('key', soon())
  await redis.set(NAME, 'another', { PX: 60_000 })
  await pause(250)
  expect(await held.isHeld()).toBe(false)
  await held.release()
  expect(await redis.get(NAME)).toBe('another')
  expect(await redis.pTTL(NAME)).toBeGreaterThan(50_000)
})

test('one that expired while the machine was suspended is known as lost, although its clock stood still', async () => {
  const now = performance.now()
  const held = await redisLock(redis, { ttl: 60_000 }).acquire('key', soon())
  await redis.set(NAME, 'another', { PX: 60_000 }) // as after the time of the first one
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
  onTestFinished(() => clock.mockRestore())
  expect(await held.isHeld()).toBe(false)
  await held.release()
})

test('one whose Redis is away does not count as held', async () => {
  const held = await redisLock(redis).acquire('key', soon())
  await server.stop()
  expect(await held.isHeld()).toBe(false)
  await server.start()
  await held.release()
})

test('one waits no longer than the signal says, and takes nothing afterwards', async () => {
  await redis.set(NAME, 'another', { PX: 60_000 })
  const { signal } = soon(100)
  expect(await rejection(redisLock(redis).acquire('key', { signal }))).toBe(signal.reason)
  await redis.del(NAME)
  await pause(100)
  expect(await redis.exists(NAME)).toBe(0)
})

test('while Redis is down one waits for it, and says so when the time is over', async () => {
  const lock = redisLock(redis)
  await server.stop()
  const { signal } = soon(300)
  expect(await rejection(lock.acquire('key', { signal }))).not.toBe(signal.reason)
  const patient = lock.acquire('key', soon(10_000))
  await server.start()
  await (await patient).release()
  await expect.poll(() => redis.exists(NAME)).toBe(0)
})

test('a store in Redis replaces a value only while it is the expected one', async () => {
  const { get, set, replace, delete: remove } = redisStore(redis)
  await set('key', 'one', 60_000)
  expect(await replace?.('key', 'another', 'two', 60_000)).toBe(false)
  expect(await get('key')).toBe('one')
  expect(await replace?.('key', 'one', 'two', 60_000)).toBe(true)
  expect(await get('key')).toBe('two')
  await remove('key')
  expect(await replace?.('key', 'two', 'three', 60_000)).toBe(false)
  expect(await get('key')).toBeNull()
})
