import { setTimeout as wait } from 'node:timers/promises'
import { watch } from '@connected-accounts/testing/sweep/watch'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedSessions } from '../../src/index.js'
import { type RedisClient, redisLock, redisStore } from '../../src/store/redis.js'
import { startRedis } from '../redis-server.js'
import { identifying, revoking } from './scenes.js'
import { functions, sweepFunction } from './sweeps.js'
import { type Place, setUpTenant } from './world.js'

const redisServer = await startRedis()
const redis = createClient({ url: redisServer.url })
beforeAll(async () => void (await redis.connect()))
afterAll(async () => {
  redis.destroy()
  await redisServer.close()
})

const tenant = setUpTenant()

/** After how long a lock is free that was not released, in milliseconds. Redis has its own clock, which does not stand still. */
const TTL = 300

const inRedis: Place = {
  name: 'redisStore',
  untilFree: async () => void (await wait(TTL)),
  share() {
    const client: RedisClient = { sendCommand: (args: string[]) => redis.sendCommand(args) }
    const watched = watch('redis', client)
    const lock = redisLock(watched, { ttl: TTL })
    return () => sharedSessions(redisStore(watched), { lock, timeout: 1000 })
  },
}

// These two use the store as the others do, and take long. The sweeps with a Keyv have them.
const atProviders = [identifying, revoking]

test.for(functions.filter(([, createScene]) => !atProviders.includes(createScene)))(
  '%s withstands every fault of every call, with sessions in redisStore',
  { timeout: 900_000 },
  async ([, createScene]) => {
    expect(await sweepFunction(tenant(), inRedis, createScene)).toEqual([])
  },
)
