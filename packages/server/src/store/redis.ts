import { createLeasedLock } from './leased-lock.js'
import type { RefreshLock } from './refresh-lock.js'
import type { SharedStore } from './shared-store.js'

/**
 * A connected client of node-redis (the package `redis`) or of ioredis, for one Redis or for a Redis Cluster.
 *
 * Create it with `createClient` or `createCluster` of node-redis, or with `Redis` or `Cluster` of ioredis.
 */
export type RedisClient =
  | { sendCommand(command: string[]): Promise<unknown> }
  | {
      sendCommand(key: string, isReadonly: boolean, command: string[]): Promise<unknown>
      slots: unknown
    }
  | { call(command: string, ...args: string[]): Promise<unknown> }

/** Options of {@link redisLock}. */
export interface RedisLockOptions {
  /** After how many milliseconds the lock of a dead process is free again. A living one renews it. Default: 10,000. */
  ttl?: number | undefined
}

// Each command and each script has one key. So the keys need no hash tags in a cluster, and a session and its lock may be on
// different masters. See docs/decisions.
const PREFIX = 'connected-accounts:'
const RENEW =
  "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('pexpire', KEYS[1], ARGV[2])"
const RELEASE = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('del', KEYS[1])"
// No entry is empty, so an empty expected value is none.
const REPLACE =
  "return (redis.call('get', KEYS[1]) or '') == ARGV[1] and redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) and 1"

/**
 * Creates a lock in one Redis or a Redis Cluster: `SET` with `NX`, `PX` and an owner. Only its owner can release it. After a
 * failover to a replica two machines may hold the lock at once. The store then keeps the newer revision of the session.
 *
 * @throws {TypeError} if `redis` is not a client, or `ttl` is not a time.
 * @see https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/#correct-implementation-with-a-single-instance
 * @example
 * const redis = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
 */
export function redisLock(
  redis: RedisClient,
  { ttl = 10_000 }: RedisLockOptions = {},
): RefreshLock {
  const send = sender(redis)
  return createLeasedLock(ttl, (key, owner) => {
    const name = `${PREFIX}lock:${key}`
    const isDone = async (...command: string[]) => (await send(name, command)) !== null
    return {
      take: () => isDone('SET', name, owner, 'NX', 'PX', String(ttl)),
      renew: () => isDone('EVAL', RENEW, '1', name, owner, String(ttl)),
      release: () => isDone('EVAL', RELEASE, '1', name, owner),
    }
  })
}

/**
 * Creates a store in Redis itself, without a Keyv. It has compare-and-set, so a machine that was paused cannot overwrite a
 * newer session.
 *
 * @throws {TypeError} if `redis` is not a client.
 * @example
 * ```ts
 * const redis = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
 * ```
 */
export function redisStore(redis: RedisClient): Required<SharedStore> {
  const send = sender(redis)
  return {
    get: (key) => send(PREFIX + key, ['GET', PREFIX + key]),
    set: (key, value, ttl) => send(PREFIX + key, ['SET', PREFIX + key, value, 'PX', String(ttl)]),
    delete: (key) => send(PREFIX + key, ['DEL', PREFIX + key]),
    async replace(key, expected = '', value, ttl) {
      const command = ['EVAL', REPLACE, '1', PREFIX + key, expected, value, String(ttl)]
      return (await send(PREFIX + key, command)) === 1
    },
  }
}

/**
 * Returns a function that sends a command to the master that has a key. A replica may have an older session, whose refresh
 * token was used, so no command is sent to one.
 *
 * @throws {TypeError} if `redis` is not a client.
 * @internal
 */
export function sender(redis: RedisClient): (key: string, command: string[]) => Promise<unknown> {
  if (!isClient(redis)) {
    throw new TypeError('redis must be a client of the package redis or ioredis, not its URL.')
  }
  // In capitals, ioredis sends a command to the master whatever `scaleReads` says.
  if ('call' in redis) return (_, [name = '', ...args]) => redis.call(name, ...args)
  if ('slots' in redis) return (key, command) => redis.sendCommand(key, false, command)
  return (_, command) => redis.sendCommand(command)
}

function isClient(redis: { call?: unknown; sendCommand?: unknown }): boolean {
  return typeof redis?.call === 'function' || typeof redis?.sendCommand === 'function'
}
