import type { Keyv } from 'keyv'
import type { createClient } from 'redis'
import { expectTypeOf, test } from 'vitest'
import type {
  RefreshLock,
  SessionStore,
  SharedSessionsOptions,
  SharedStore,
  sharedSessions,
} from '../src/index.js'
import type { RedisClient, redisLock, redisStore } from '../src/sessions/redis.js'

test('a store is a Keyv, or Redis itself', () => {
  expectTypeOf<Keyv>().toExtend<SharedStore>()
  expectTypeOf<ReturnType<typeof redisStore>>().toExtend<SharedStore>()
  expectTypeOf<ReturnType<typeof sharedSessions>>().toExtend<SessionStore>()
})

test('a client of node-redis fits, and one like that of ioredis', () => {
  type IoRedis = { call(command: string, ...args: (string | number)[]): Promise<unknown> }
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisClient>()
  expectTypeOf<IoRedis>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redisLock>>().toExtend<RefreshLock>()
})

test('a lock is needed, unless refresh tokens do not rotate', () => {
  expectTypeOf<{ lock: RefreshLock }>().toExtend<SharedSessionsOptions>()
  expectTypeOf<{ refreshTokens: 'non-rotating' }>().toExtend<SharedSessionsOptions>()
  expectTypeOf<{ timeout: number }>().not.toExtend<SharedSessionsOptions>()
  expectTypeOf<{ refreshTokens: 'rotating' }>().not.toExtend<SharedSessionsOptions>()
})
