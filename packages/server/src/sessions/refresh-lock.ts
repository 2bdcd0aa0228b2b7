import { createMutex } from '@connected-accounts/client/internal'
import { SessionError } from '../errors.js'
import type { SessionStore } from './session.js'
import { unavailable } from './shared-store.js'

/** Lets one machine at a time work on a session. */
export interface RefreshLock {
  /**
   * Waits until nobody else has the lock of this key, and takes it. Rejects once the signal is aborted; a lock that was
   * taken meanwhile is given back.
   */
  acquire(key: string, options: { signal: AbortSignal }): Promise<HeldLock>
}

/** A lock that was taken, and is renewed until it is released. */
export interface HeldLock {
  /** False once another machine may have it: this process may have been paused for longer than the lock lasts. */
  isHeld(): boolean
  /** Gives it back where it is still held; never rejects. */
  release(): Promise<void>
}

/** Creates the `runAlone` of a store that only this process uses: work of the same session takes turns. */
export function createLocalTurns(): SessionStore['runAlone'] {
  const turns = createMutex()
  return (id, work) => turns(id, () => work(() => true))
}

/** Turns within this process, and among all that share the lock. `timeout` is how long one waits, in milliseconds. */
export function createLockedTurns(
  lock: RefreshLock,
  keyOf: (id: string) => Promise<string>,
  timeout: number,
): SessionStore['runAlone'] {
  const turns = createMutex()
  return (id, work) => {
    const signal = AbortSignal.timeout(timeout)
    return new Promise((resolve, reject) => {
      const tooLate = () => reject(busy())
      signal.addEventListener('abort', tooLate)
      const turn = turns(id, async () => {
        const key = await keyOf(id)
        if (signal.aborted) throw busy()
        signal.removeEventListener('abort', tooLate) // which is the lock's to heed from here on
        const held = await acquire(lock, key, signal)
        try {
          return await work(() => held.isHeld())
        } finally {
          await held.release()
        }
      })
      turn.then(resolve, reject)
    })
  }
}

async function acquire(lock: RefreshLock, key: string, signal: AbortSignal): Promise<HeldLock> {
  try {
    return await lock.acquire(key, { signal })
  } catch (error) {
    throw error === signal.reason ? busy() : unavailable(error)
  }
}

/** What to throw where a refresh could not have its turn. */
export function busy(): SessionError {
  return new SessionError('refresh_busy', {
    message:
      'Another refresh of this session is under way, and did not end in time. Nothing was sent: try again.',
  })
}
