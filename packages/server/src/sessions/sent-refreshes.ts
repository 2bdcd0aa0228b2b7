import { busy, type Entries, entryKey, pause } from '../store/shared-store.js'
import type { Session } from './session.js'
import { findSession, MAX_HOLD, timeOf } from './session-entries.js'

/** How long to wait before a note is read again, in milliseconds. */
const PAUSE = 100

/**
 * Notes in the store that a refresh token is sent, which say so until the session has a newer revision. A lock alone is not
 * enough: it expires while its store is away, and then another machine would send the same refresh token.
 */
export interface SentRefreshes {
  /** Notes that the refresh token of a session is sent now. */
  note(session: Session): Promise<void>
  /** Removes the note of a session, after a refresh that brought nothing. */
  forget(id: string): Promise<void>
  /**
   * Waits until no refresh of another machine is unfinished. A machine that has had an answer writes it as soon as it can reach
   * the store. After the time that a refresh may take, it counts as dead: then its refresh token is the best that there is.
   *
   * @param options.signal - Ends the wait.
   * @param options.timeout - How long a refresh may take, in milliseconds.
   * @throws {SessionError} `refresh_busy`, if the wait was ended.
   */
  settled(id: string, options: { signal: AbortSignal; timeout: number }): Promise<void>
}

/** Creates the notes of a store. */
export function createSentRefreshes(entries: Entries): SentRefreshes {
  const keyOf = (id: string) => entryKey('refresh', id)

  /** Returns since when a refresh is unfinished, in milliseconds since the epoch. Undefined if none is. */
  async function unfinishedSince(id: string): Promise<number | undefined> {
    const note = await entries.get(await keyOf(id))
    if (note === undefined) return undefined
    const [revision, since] = note.split(' ').map(timeOf)
    const found = await findSession(entries, { id, ends: [] })
    return found?.session.revision === revision ? since : undefined
  }

  return {
    async note({ id, revision, expiresAt }) {
      const now = Date.now()
      const until = Math.min(now + MAX_HOLD, expiresAt)
      await entries.set(await keyOf(id), `${revision} ${now}`, until)
    },
    async forget(id) {
      await entries.delete(await keyOf(id))
    },
    async settled(id, { signal, timeout }) {
      const askedAt = Date.now()
      for (;;) {
        const since = await unfinishedSince(id)
        if (since === undefined) return
        // After an outage of the store, the other machine gets the time for its next try to write.
        const deadAt = Math.max(Math.min(since, askedAt) + timeout, askedAt + timeout / 2)
        if (Date.now() > deadAt) return
        if (signal.aborted) throw busy()
        await pause(PAUSE)
      }
    },
  }
}
