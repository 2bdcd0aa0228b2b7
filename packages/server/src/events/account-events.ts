import type { AccountEvent } from '@connected-accounts/client'
import { compareIds, type EventId, isEventId, newerId } from './event-ids.js'

/** Takes events to the open pages of their user. `memoryEvents()` and `redisEvents(redis)` create one. */
export interface AccountEvents {
  /**
   * Tells the open pages of the event's user. Resolves when the event is kept, so a page whose connection is cut just now gets it
   * later.
   */
  publish(event: AccountEvent): Promise<void>
  /**
   * Opens a subscription to the events of a user. The `events` route calls it.
   *
   * @param lastId - Where to go on: the id of the last message that the page has. Undefined to begin now.
   */
  subscribe(
    user: string,
    lastId: EventId | undefined,
    subscriber: EventSubscriber,
  ): Promise<EventSubscription>
  /**
   * Says that a session of a user has ended, on every machine. The server client calls it.
   *
   * @param session - A hash of the session's id. Undefined if it is not known which one.
   */
  endSession(user: string, session: string | undefined): Promise<void>
}

/** What a subscription tells. */
export interface EventSubscriber {
  onMessage(message: EventMessage): void
  /** Called when a session of the user has ended. It is not known which one if the hash is undefined. */
  onSessionEnd(session: string | undefined): void
}

/**
 * A message to a page. Its id is where a new connection goes on. The first one is a `position`, or `resync` if events may have been
 * missed. Later positions keep the page's id young, because old events are forgotten.
 */
export type EventMessage =
  | { type: 'position' | 'resync'; id: EventId }
  | { type: 'account'; id: EventId; event: AccountEvent }

/** An open subscription. */
export interface EventSubscription {
  /** Reads events that a lost message did not announce. */
  catchUp(): Promise<void>
  close(): void
}

/** What is kept of a user's events. */
export interface KeptEvents {
  /** The oldest first. */
  events: readonly { id: EventId; event: AccountEvent }[]
  /** Events that are older than this one may be forgotten. */
  keptFrom: EventId
  /** Every later event has a newer id. */
  now: EventId
}

/** What {@link Subscriptions} need to open one. */
interface Opening {
  /** Says whose events: announcements have the same key. */
  key: string
  lastId: EventId | undefined
  subscriber: EventSubscriber
  /** Returns what is kept of the user's events. */
  read: () => Promise<KeptEvents>
}

/** The subscriptions of this process. */
export interface Subscriptions {
  open(opening: Opening): Promise<EventSubscription>
  /** Says that there is a new event under a key. */
  announce(key: string): void
  endSession(key: string, session: string | undefined): void
}

/**
 * Creates the subscriptions of this process. An announcement only says that there is something to read. So events come in their
 * order and once, and one whose announcement was lost comes with the next one.
 */
export function createSubscriptions(): Subscriptions {
  const opened = new Map<string, Set<EventSubscription & EventSubscriber>>()
  const at = (key: string) => [...(opened.get(key) ?? [])]
  return {
    async open({ key, lastId, subscriber, read }) {
      const { onMessage, onSessionEnd } = subscriber
      const catchUp = createReader(read, lastId, onMessage)
      const ofKey = opened.get(key) ?? new Set()
      const close = () => {
        ofKey.delete(subscription)
        if (ofKey.size === 0 && opened.get(key) === ofKey) opened.delete(key)
      }
      const subscription = { catchUp, close, onMessage, onSessionEnd }
      opened.set(key, ofKey.add(subscription)) // first, so that no announcement is missed
      try {
        await catchUp()
      } catch (error) {
        close()
        throw error
      }
      return subscription
    },
    announce(key) {
      // If this fails, the next announcement or the next check of the session brings the events.
      for (const { catchUp } of at(key)) catchUp().catch(() => {})
    },
    endSession(key, session) {
      for (const { onSessionEnd } of at(key)) onSessionEnd(session)
    },
  }
}

/** Returns a function that tells what has been added since it was called last. Calls take turns. */
function createReader(
  read: () => Promise<KeptEvents>,
  lastId: EventId | undefined,
  onMessage: EventSubscriber['onMessage'],
): () => Promise<void> {
  let last = lastId
  let isOpen = false
  const tell = ({ events, keptFrom, now }: KeptEvents) => {
    const newest = newerId(events.at(-1)?.id ?? now, now)
    const isMissed = last !== undefined && !isBetween(last, keptFrom, newest)
    const from = isMissed ? newest : (last ?? newest)
    const later = events.filter(({ id }) => compareIds(id, from) > 0)
    last = newest
    if (isMissed) onMessage({ type: 'resync', id: from })
    else if (!isOpen || later.length === 0)
      onMessage({ type: 'position', id: isOpen ? newest : from })
    isOpen = true
    for (const { id, event } of later) onMessage({ type: 'account', id, event })
  }
  let turn = Promise.resolve()
  return () => {
    const mine = turn.then(async () => tell(await read()))
    turn = mine.catch(() => {})
    return mine
  }
}

function isBetween(id: string, oldest: EventId, newest: EventId): boolean {
  return isEventId(id) && compareIds(id, oldest) >= 0 && compareIds(id, newest) <= 0
}
