import type { AccountEvent } from '@connected-accounts/client'
import { type RedisClient, sender } from '../store/redis.js'
import { entryKey } from '../store/shared-store.js'
import { type AccountEvents, createSubscriptions, type KeptEvents } from './account-events.js'
import { newerId } from './event-ids.js'
import { createRedisListener } from './redis-listener.js'

/** Options of {@link redisEvents}. */
export interface RedisEventsOptions {
  /**
   * How the keys and the channel begin. Default: `connected-accounts:events:`. If applications of several tenants share one Redis,
   * give each tenant another prefix, because the same user id is another person there.
   */
  prefix?: string | undefined
}

/** How many events of a user are kept for a page that comes back, and for how long after the last one, in milliseconds. */
const MAX_OF_USER = 100
const KEPT = 3_600_000

// Each script has one key, so that it runs in a cluster. The ids of a stream are in the order of time, by the clock of Redis.
const ADD = `redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', 'event', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('PUBLISH', ARGV[4], ARGV[5])`
const READ = `local time = redis.call('TIME')
return { time[1] .. string.format('%03d', math.floor(time[2] / 1000)), redis.call('XRANGE', KEYS[1], '-', '+') }`

/** What {@link READ} returns: the time in milliseconds, and the entries of the stream. */
type Reply = [now: string, entries: [id: string, fields: [name: string, value: string]][]]

/**
 * Takes events to the open pages of every process that uses the same Redis: with a stream for each user, and Pub/Sub. The stream
 * keeps the last 100 events of a user for an hour. Redis has a hash of the user's id, and never the id.
 *
 * Needs Redis 5 or newer, or Valkey. The first page that subscribes opens a second connection, because Pub/Sub needs one of its own.
 * Call `close()` when the process stops.
 *
 * @throws {TypeError} if `redis` is not a client.
 * @example
 * ```ts
 * const redis = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const events = redisEvents(redis)
 * const server = new ServerClient({ ...options, events })
 * ```
 */
export function redisEvents(
  redis: RedisClient & { duplicate(): unknown },
  { prefix = 'connected-accounts:events:' }: RedisEventsOptions = {},
): AccountEvents & { close(): void } {
  const send = sender(redis)
  if (typeof redis.duplicate !== 'function') {
    throw new TypeError(
      'redis must have duplicate(), as clients of the package redis or ioredis do.',
    )
  }
  const channel = `${prefix}channel`
  const keyOf = async (user: string) => prefix + (await entryKey('events', user))
  const subscriptions = createSubscriptions()
  const listener = createRedisListener(redis, channel, (message) => {
    const { key, end }: Announcement = JSON.parse(message)
    if (end) subscriptions.endSession(key, end.session)
    else subscriptions.announce(key)
  })
  return {
    async publish({ user, ...event }) {
      const key = await keyOf(user)
      const announcement: Announcement = { key }
      const given = [JSON.stringify(event), KEPT, channel, JSON.stringify(announcement)]
      await send(key, ['EVAL', ADD, '1', key, String(MAX_OF_USER), ...given.map(String)])
    },
    async subscribe(user, lastId, subscriber) {
      const key = await keyOf(user)
      const read = async () => {
        const reply = await send(key, ['EVAL', READ, '1', key])
        return readReply(reply as Reply, user) // what the script returns
      }
      await listener.start()
      return subscriptions.open({ key, lastId, subscriber, read })
    },
    async endSession(user, session) {
      const announcement: Announcement = { key: await keyOf(user), end: { session } }
      await send(channel, ['PUBLISH', channel, JSON.stringify(announcement)])
    },
    close: listener.close,
  }
}

/** What the channel says about a user: that there is an event, or that a session has ended. */
interface Announcement {
  key: string
  end?: { session: string | undefined }
}

function readReply([now, entries]: Reply, user: string): KeptEvents {
  const events = entries.map(([id, [, json]]) => {
    const event: AccountEvent = { ...JSON.parse(json), user }
    return { id, event }
  })
  const sinceForgotten = `${Math.max(0, Number(now) - KEPT)}-0`
  const isFull = events.length >= MAX_OF_USER
  return {
    events,
    keptFrom: isFull ? newerId(sinceForgotten, events[0]?.id ?? sinceForgotten) : sinceForgotten,
    now: `${Math.max(0, Number(now) - 1)}-0`, // an event may still come in this millisecond
  }
}
