import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisClient, redisLock, redisStore } from '../src/store/redis.js'
import { startRedisCluster } from './redis-server.js'
import { createMachines, rotatingEmulator, tokenAt } from './shared.js'
import { type StoreUnderTest, testCompareAndSet, testLock, testSessions } from './store-suite.js'
import { loggedIn, rejection } from './visitor.js'

const cluster = await startRedisCluster()
const emulator = await rotatingEmulator()
const rootNodes = cluster.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
const redis = createCluster({
  rootNodes,
  useReplicas: true,
  topologyRefreshOnReconnectionAttemptStrategy: 1000, // as docs/sessions.md says
}).on('error', () => {}) // a test kills a node
const ioredis = new Cluster(cluster.nodes, { scaleReads: 'slave' }).on('error', () => {})
beforeAll(async () => void (await redis.connect()))
beforeEach(async () => {
  await Promise.all(ioredis.nodes('master').map((master) => master.flushall()))
})
afterAll(async () => {
  redis.destroy()
  ioredis.disconnect()
  await Promise.all([emulator.close(), cluster.close()])
})

const NAME = 'connected-accounts:lock:key'
const under = (client: RedisClient): StoreUnderTest => ({
  emulator,
  store: redisStore(client),
  createLock: (options) => redisLock(client, options),
  async entries() {
    const masters = ioredis.nodes('master').map(async (master) => {
      const read = async (key: string) => ({
        key,
        value: (await master.get(key)) ?? '',
        life: await master.pttl(key),
      })
      return Promise.all((await master.keys('*')).map(read))
    })
    return (await Promise.all(masters)).flat()
  },
  giveLock: (owner, life) => redis.set(NAME, owner, { PX: life }),
  removeLock: () => redis.del(NAME),
})
const clients = [
  ['a Redis Cluster by node-redis', redis],
  ['a Redis Cluster by ioredis', ioredis],
] as const
for (const [name, client] of clients) {
  testSessions(name, under(client))
  testCompareAndSet(name, under(client))
  testLock(name, under(client))
}

test.for(clients)(
  'in %s nothing is read from a replica, even if the client may',
  async ([, client]) => {
    const readsOfReplicas = async () => {
      const stats = await cluster.askReplicas('INFO', 'commandstats')
      return stats.map((stat) => /cmdstat_get:calls=\d+/.exec(stat)?.[0])
    }
    const before = await readsOfReplicas()
    const { get, set } = redisStore(client)
    for (let turn = 0; turn < 20; turn += 1) {
      await set(`key ${turn}`, 'value', 60_000)
      expect(await get(`key ${turn}`)).toBe('value')
    }
    expect(await readsOfReplicas()).toEqual(before)
  },
)

/** The recipe of docs/sessions.md: each write waits for a replica. */
const replicated: RedisClient = {
  slots: redis.slots,
  async sendCommand(key: string, isReadonly: boolean, command: string[]) {
    const answer = await redis.sendCommand(key, isReadonly, command)
    if (command[0] !== 'GET') await redis.sendCommand(key, false, ['WAIT', '1', '100'])
    return answer
  },
}

test('when a master dies, no write that waited for a replica is lost, no token is used twice, and both clients go on', async () => {
  const create = (client: RedisClient, timeout: number) =>
    createMachines(emulator, { store: redisStore(client), lock: redisLock(client), timeout }).one
  const [one, other] = [create(replicated, 20_000), create(ioredis, 20_000)]
  const visitor = await loggedIn(one, emulator.url)
  await tokenAt(one, visitor)
  const [{ key = '' } = {}] = await under(redis).entries()
  const reuses = emulator.refreshTokenReuses
  await tokenAt(one, visitor, { forceRefresh: true })
  await cluster.killMasterOf(key)
  const error = await rejection(tokenAt(create(redis, 300), visitor))
  expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
  for (const server of [one, other]) await tokenAt(server, visitor, { forceRefresh: true })
  expect(emulator.refreshTokenReuses).toBe(reuses)
})
