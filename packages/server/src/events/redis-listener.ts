import type { RedisClient } from '../store/redis.js'

/** A connection that listens to a channel. */
export interface RedisListener {
  /** Resolves when it listens. */
  start(): Promise<void>
  close(): void
}

/** The part of a second connection that is used. In node-redis, `subscribe` takes the listener. In ioredis, there is an event. */
interface Subscriber {
  on(event: string, listener: (channel: string, message: string) => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener?: (message: string) => void): Promise<unknown>
  destroy?(): void
  disconnect(): unknown
}

/**
 * Creates a listener to a channel, with a connection of its own: one that listens cannot do anything else. The client connects again
 * by itself. What is said meanwhile is lost.
 */
export function createRedisListener(
  redis: RedisClient & { duplicate(): unknown },
  channel: string,
  onMessage: (message: string) => void,
): RedisListener {
  const isIoredis = 'call' in redis
  let listening: Promise<Subscriber> | undefined

  async function listen(): Promise<Subscriber> {
    const subscriber = redis.duplicate() as Subscriber // of either package
    subscriber.on('error', () => {}) // the client connects again
    try {
      if (isIoredis) {
        subscriber.on('message', (_, message) => onMessage(message))
        await subscriber.subscribe(channel)
      } else {
        await subscriber.connect()
        await subscriber.subscribe(channel, onMessage)
      }
      return subscriber
    } catch (error) {
      end(subscriber)
      throw error
    }
  }

  return {
    async start() {
      listening ??= listen()
      try {
        await listening
      } catch (error) {
        listening = undefined
        throw error
      }
    },
    close() {
      listening?.then(end, () => {})
      listening = undefined
    },
  }
}

function end(subscriber: Subscriber): void {
  if (subscriber.destroy) subscriber.destroy()
  else subscriber.disconnect()
}
