import { createKeyv } from '@keyv/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { SharedStore } from '../src/index.js'
import { type RedisClient, redisLock, redisStore } from '../src/store/redis.js'
import { startRedis } from './redis-server.js'
import { rotatingEmulator } from './shared.js'
import {
  type StoreUnderTest,
  testCompareAndSet,
  testLock,
  testRestart,
  testSessions,
} from './store-suite.js'

const server = await startRedis()
const emulator = await rotatingEmulator()
const redis = createClient({ url: server.url }).on('error', () => {}) // the tests stop it
const ioredis = new Redis(server.url).on('error', () => {})
const keyv = createKeyv(server.url, { throwOnErrors: true })
keyv.on('error', () => {})
beforeAll(async () => void (await redis.connect()))
beforeEach(async () => void (await redis.flushAll()))
afterAll(async () => {
  redis.destroy()
  ioredis.disconnect()
  await keyv.disconnect()
  await Promise.all([emulator.close(), server.close()])
})

const NAME = 'connected-accounts:lock:key'
const under = (store: SharedStore, client: RedisClient): StoreUnderTest => ({
  emulator,
  store,
  createLock: (options) => redisLock(client, options),
  async entries() {
    const keys = await redis.keys('*')
    const read = async (key: string) => ({
      key,
      value: (await redis.get(key)) ?? '',
      life: await redis.pTTL(key),
    })
    return Promise.all(keys.map(read))
  },
  giveLock: (owner, life) => redis.set(NAME, owner, { PX: life }),
  removeLock: () => redis.del(NAME),
})

const stores = [
  ['a Keyv on Redis', under(keyv, redis)],
  ['Redis by node-redis', under(redisStore(redis), redis)],
  ['Redis by ioredis', under(redisStore(ioredis), ioredis)],
] as const
for (const [name, store] of stores) {
  testSessions(name, store)
  testRestart(name, store, server)
}
for (const [name, store] of stores.slice(1)) {
  testCompareAndSet(name, store)
  testLock(name, store)
}
