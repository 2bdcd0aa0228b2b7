import type { AccountEvent } from '@connected-accounts/client'
import { LRUCache } from 'lru-cache'
import { type AccountEvents, createSubscriptions } from './account-events.js'
import { createIds, type EventId, newerId } from './event-ids.js'

/** How many events are kept for a page that comes back: of one user, and of all users together. */
const MAX_OF_USER = 100
const MAX_EVENTS = 50_000

interface UserEvents {
  events: { id: EventId; event: AccountEvent }[]
  keptFrom: EventId
}

/**
 * Takes events to the open pages of this process. If your application has several processes, use `redisEvents`: a page may be
 * connected to another process than the one that gets the log stream.
 *
 * Keeps the last 100 events of each user in memory, at most 50,000 in all, for pages whose connection is cut.
 *
 * @example
 * ```ts
 * const events = memoryEvents()
 * const server = new ServerClient({ ...options, events })
 * const logStream = createLogStreamHandler({
 *   authorization: process.env.LOG_STREAM_AUTHORIZATION ?? '',
 *   onEvent: (event) => events.publish(event),
 * })
 * ```
 */
export function memoryEvents(): AccountEvents {
  const nextId = createIds()
  // Of what was before, another process may have told a page something that this one does not know.
  let keptFrom = nextId()
  const users = new LRUCache<string, UserEvents>({
    maxSize: MAX_EVENTS,
    sizeCalculation: ({ events }) => events.length,
    dispose({ events }, _, reason) {
      if (reason === 'evict') keptFrom = newerId(keptFrom, events.at(-1)?.id ?? keptFrom)
    },
  })
  const subscriptions = createSubscriptions()
  const read = async (user: string) => {
    const kept = users.get(user) ?? { events: [], keptFrom }
    return { ...kept, keptFrom: newerId(kept.keptFrom, keptFrom), now: nextId() }
  }
  return {
    async publish(event) {
      const kept = users.get(event.user) ?? { events: [], keptFrom }
      const events = [...kept.events, { id: nextId(), event }]
      const first = events.length > MAX_OF_USER ? events.shift() : undefined
      users.set(event.user, { events, keptFrom: first?.id ?? kept.keptFrom })
      subscriptions.announce(event.user)
    },
    subscribe: (user, lastId, subscriber) =>
      subscriptions.open({ key: user, lastId, subscriber, read: () => read(user) }),
    async endSession(user, session) {
      subscriptions.endSession(user, session)
    },
  }
}
