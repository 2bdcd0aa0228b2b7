import type { Cluster, Redis } from 'ioredis'
import type { Keyv } from 'keyv'
import type { Pool } from 'pg'
import type { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { expectTypeOf, test } from 'vitest'
import type {
  RefreshLock,
  SessionStore,
  SharedSessionsOptions,
  SharedStore,
  sharedSessions,
} from '../src/index.js'
import type { PostgresClient, postgresLock, postgresStore } from '../src/store/postgres.js'
import type { RedisClient, redisLock, redisStore } from '../src/store/redis.js'

test('a store is a Keyv, or Redis itself', () => {
  expectTypeOf<Keyv>().toExtend<SharedStore>()
  expectTypeOf<ReturnType<typeof redisStore>>().toExtend<SharedStore>()
  expectTypeOf<ReturnType<typeof sharedSessions>>().toExtend<SessionStore>()
})

test('clients of node-redis and ioredis fit, for one Redis and for a cluster', () => {
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof createClientPool>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof createCluster>>().toExtend<RedisClient>()
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redisLock>>().toExtend<RefreshLock>()
})

test('a client whose commands are sent in another way does not fit', () => {
  expectTypeOf<ReturnType<typeof createSentinel>>().not.toExtend<RedisClient>()
})

test('a pool of pg fits', () => {
  expectTypeOf<Pool>().toExtend<PostgresClient>()
  expectTypeOf<ReturnType<typeof postgresStore>>().toExtend<SharedStore>()
  expectTypeOf<ReturnType<typeof postgresLock>>().toExtend<RefreshLock>()
})

test('a lock is needed, unless refresh tokens do not rotate', () => {
  expectTypeOf<{ lock: RefreshLock }>().toExtend<SharedSessionsOptions>()
  expectTypeOf<{ refreshTokens: 'non-rotating' }>().toExtend<SharedSessionsOptions>()
  expectTypeOf<{ timeout: number }>().not.toExtend<SharedSessionsOptions>()
  expectTypeOf<{ refreshTokens: 'rotating' }>().not.toExtend<SharedSessionsOptions>()
})
