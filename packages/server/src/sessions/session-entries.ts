import { LRUCache } from 'lru-cache'
import { createSeal } from '../cookies/seal.js'
import {
  type Entries,
  entryKey,
  pause,
  pauseInBackground,
  unavailable,
  unreadable,
} from '../store/shared-store.js'
import type { Session } from './session.js'

const PURPOSE = 'stored session'
const MAX_UNSAVED = 1000
/** How often one write is tried while other machines write, too. */
const MAX_REPLACES = 5
/** In milliseconds. */
const REPLACE_PAUSE = 100
const PAUSE = 50
const MAX_PAUSE = 5_000
/** How long the lock is held for a write that the store does not take, in milliseconds. */
export const MAX_HOLD = 900_000

/** A session, as the store has it. */
export interface StoredSession {
  session: Session
  sealed: string
}

/** Writes changed sessions. */
export interface SessionWriter {
  /**
   * Writes a session in place of an older one. Returns the older one.
   *
   * @throws {SessionError} `store_unavailable`. Then this process goes on trying, and remembers the session.
   */
  save(session: Session): Promise<Session | undefined>
  /** Returns a session that the store has not taken yet. Its refresh token may be the only good one. */
  unsaved(id: string): Session | undefined
  /**
   * Resolves when the session is written and no late write can undo that, also if the caller of `save` did not wait for it.
   * Undefined if there is nothing to wait for.
   */
  unsavedWork(id: string): Promise<void> | undefined
}

/**
 * Creates the writer of a store's changed sessions. It remembers up to 1000 sessions that the store has not accepted yet.
 */
export function createSessionWriter(entries: Entries): SessionWriter {
  const unsaved = new LRUCache<string, Session>({ max: MAX_UNSAVED })
  const work = new Map<string, Promise<void>>()

  async function write(session: Session): Promise<Session | undefined> {
    unsaved.set(session.id, session)
    const before = await replaceOlder(entries, session)
    if (unsaved.get(session.id) === session) unsaved.delete(session.id)
    return before
  }

  /** Waits for a write, and goes on until the newest state of the session is written. */
  async function untilSaved(id: string, writing: Promise<unknown>): Promise<void> {
    try {
      await writing
    } catch {} // the session is in `unsaved`
    if (unsaved.has(id)) await goOn(id)
    else work.delete(id)
  }

  /**
   * Tries until the newest state of a session is written. If the application closes its store, nothing can be written any
   * more; then this does not keep the process alive.
   */
  async function goOn(id: string): Promise<void> {
    const end = Date.now() + MAX_HOLD
    const key = await entryKey('session', id)
    for (let wait = PAUSE; work.has(id); wait = Math.min(2 * wait, MAX_PAUSE)) {
      await pauseInBackground(wait)
      const newest = unsaved.get(id)
      if (newest) await write(newest).catch(() => {})
      const isOver = Date.now() > end
      if (unsaved.has(id) && !isOver) continue
      await entries.settled(key)
      // Another save may have failed meanwhile.
      if (!unsaved.has(id) || isOver) work.delete(id)
    }
  }

  return {
    unsaved: (id) => unsaved.get(id),
    unsavedWork: (id) => work.get(id),
    save(session) {
      const writing = write(session)
      if (!work.has(session.id)) work.set(session.id, untilSaved(session.id, writing))
      return writing
    },
  }
}

/** Writes a session in place of an older one, and returns the older one. A session that has ended is not written. */
async function replaceOlder(entries: Entries, session: Session): Promise<Session | undefined> {
  const key = await entryKey('session', session.id)
  const ends = [await entryKey('ended', session.id)]
  const sealed = await sealSession(session)
  for (let tries = 0; tries < MAX_REPLACES; tries += 1) {
    const found = await findSession(entries, { id: session.id, ends })
    // Another machine went on with the session after this one had lost the lock.
    if (!found || found.session.revision >= session.revision) return found?.session
    if (await entries.replace(key, found.sealed, sealed, session.expiresAt)) return found.session
    await pause(REPLACE_PAUSE)
  }
  const cause = new Error(`The store's replace() returned false ${MAX_REPLACES} times.`)
  throw unavailable(cause)
}

/**
 * Returns a session that has not ended.
 *
 * @param ends - Keys of the entries that say, if they exist, that the session has ended.
 */
export async function findSession(
  entries: Entries,
  { id, ends }: { id: string; ends: string[] },
): Promise<StoredSession | undefined> {
  const key = await entryKey('session', id)
  const [sealed, ...times] = await Promise.all([key, ...ends].map((each) => entries.get(each)))
  if (sealed === undefined) return undefined
  const session = (await createSeal(id).open(sealed, PURPOSE)) as Session | undefined // only `sealSession` seals for this
  if (!session) unreadable()
  const hasEnded = times.some((time) => time !== undefined && timeOf(time) >= session.createdAt)
  return hasEnded || session.expiresAt <= Date.now() ? undefined : { session, sealed }
}

/** Returns the time of an entry, in milliseconds since the epoch. */
export function timeOf(text: string): number {
  const time = Number(text)
  return Number.isFinite(time) ? time : unreadable()
}

/** Seals a session with a key that is derived from its id. */
export function sealSession(session: Session): Promise<string> {
  return createSeal(session.id).close(session, PURPOSE)
}
