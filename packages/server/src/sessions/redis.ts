import { checkTimeout, within } from '@connected-accounts/client/internal'
import type { HeldLock, RefreshLock } from './refresh-lock.js'
import { inBackground, pause, type SharedStore } from './shared-store.js'

/** A connected client of node-redis (the package `redis`) or of ioredis. */
export type RedisClient =
  | { sendCommand(args: string[]): Promise<unknown> }
  | { call(command: string, ...args: string[]): Promise<unknown> }

/** Options of {@link redisLock}. */
export interface RedisLockOptions {
  /** After how many milliseconds the lock of a dead process is free again. A living one renews it. Default: 10,000. */
  ttl?: number | undefined
}

const PREFIX = 'connected-accounts:'
const RENEW =
  "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('pexpire', KEYS[1], ARGV[2])"
const RELEASE = "return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('del', KEYS[1])"
// No entry is empty, so an empty expected value is none.
const REPLACE =
  "return (redis.call('get', KEYS[1]) or '') == ARGV[1] and redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) and 1"
/** How long one command may take, in milliseconds. */
const PATIENCE = 1000

/**
 * Creates a lock in one Redis: `SET` with `NX`, `PX` and an owner. Only its owner can release it. After a failover to a
 * replica two machines may hold the lock at once. The store then keeps the newer revision of the session.
 *
 * @throws {TypeError} if `ttl` is not a time.
 * @see https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/#correct-implementation-with-a-single-instance
 * @example
 * const redis = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
 */
export function redisLock(
  redis: RedisClient,
  { ttl = 10_000 }: RedisLockOptions = {},
): RefreshLock {
  checkTimeout(ttl, 'ttl')
  const send = sender(redis)
  return {
    async acquire(key, { signal }) {
      const name = `${PREFIX}lock:${key}`
      const owner = crypto.randomUUID()
      const take = async () => (await send('SET', name, owner, 'NX', 'PX', String(ttl))) !== null
      const renew = async () => (await send('EVAL', RENEW, '1', name, owner, String(ttl))) !== null
      const release = () => send('EVAL', RELEASE, '1', name, owner)
      try {
        // A command that failed may still have taken the lock.
        await untilTrue(async (isUnsure) => (await take()) || (isUnsure && renew()), signal)
      } catch (error) {
        release().catch(() => {})
        throw error
      }
      const renewal = setInterval(() => renew().catch(() => {}), ttl / 3)
      inBackground(renewal) // the connection to Redis keeps the process alive, until the application closes it
      const held: HeldLock = {
        // Redis decides, because the clocks of this machine may stand still while it is suspended.
        isHeld: () => within(renew(), PATIENCE).catch(() => false),
        async release() {
          clearInterval(renewal)
          await within(release(), PATIENCE).catch(() => {})
        },
      }
      return held
    },
  }
}

/**
 * Creates a store in Redis itself, without a Keyv. It has compare-and-set, so a machine that was paused cannot overwrite a
 * newer session.
 *
 * @example
 * ```ts
 * const redis = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
 * ```
 */
export function redisStore(redis: RedisClient): SharedStore {
  const send = sender(redis)
  return {
    get: (key) => send('GET', PREFIX + key),
    set: (key, value, ttl) => send('SET', PREFIX + key, value, 'PX', String(ttl)),
    delete: (key) => send('DEL', PREFIX + key),
    replace: async (key, expected = '', value, ttl) =>
      (await send('EVAL', REPLACE, '1', PREFIX + key, expected, value, String(ttl))) === 1,
  }
}

function sender(redis: RedisClient): (command: string, ...args: string[]) => Promise<unknown> {
  if ('call' in redis) return (command, ...args) => redis.call(command, ...args)
  return (...args) => redis.sendCommand(args)
}

/** Asks until the answer is true. When the signal is aborted, rejects with the last failure, or with the signal's reason. */
async function untilTrue(
  ask: (isUnsure: boolean) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let isUnsure = false
  for (;;) {
    let failure: unknown
    try {
      if (await within(ask(isUnsure), PATIENCE)) return
    } catch (error) {
      failure = error
      isUnsure = true
    }
    if (signal.aborted) throw failure ?? signal.reason
    await pause(20 + Math.random() * 30)
  }
}
