import { createMutex } from '@connected-accounts/client/internal'
import {
  acquire,
  type HeldLock,
  isStillHeld,
  type RefreshLock,
  release,
} from '../store/refresh-lock.js'
import { busy } from '../store/shared-store.js'
import type { SentRefreshes } from './sent-refreshes.js'
import type { SessionStore } from './session.js'

/** Options of {@link createLockedTurns}. */
export interface LockedTurnsOptions {
  /** Returns the lock's key of a session. */
  keyOf(id: string): Promise<string>
  /** Returns what the lock must outlast after the work of a session. Undefined if there is nothing. */
  unsavedWork(id: string): Promise<void> | undefined
  sentRefreshes: SentRefreshes
}

/** Creates the `runAlone` of a store that only this process uses: work of the same session takes turns. */
export function createLocalTurns(): SessionStore['runAlone'] {
  const takeTurn = createTurns()
  return (id, work, { timeout }) => takeTurn(id, () => work(async () => {}), timeout)
}

/**
 * Creates the `runAlone` of a shared store: work of the same session takes turns in this process, and among all machines
 * that share the lock.
 */
export function createLockedTurns(
  lock: RefreshLock,
  options: LockedTurnsOptions,
): SessionStore['runAlone'] {
  const takeTurn = createTurns()
  return (id, work, { timeout }) =>
    takeTurn(
      id,
      async (signal) => {
        const held = await acquire(lock, await options.keyOf(id), { signal, timeout })
        return runHeld({ ...options, held, id, timeout }, async (claim) => {
          await options.sentRefreshes.settled(id, { signal, timeout })
          return work(claim)
        })
      },
      timeout,
    )
}

/** Creates turns in this process. The wait for a turn ends after the timeout, with `refresh_busy`. */
function createTurns() {
  const runAlone = createMutex()
  return async <T>(
    id: string,
    work: (signal: AbortSignal) => Promise<T>,
    timeout: number,
  ): Promise<T> => {
    const signal = AbortSignal.timeout(timeout)
    try {
      return await runAlone(id, () => work(signal), { signal })
    } catch (error) {
      throw error === signal.reason ? busy() : error
    }
  }
}

/** Runs work while a lock is held, and releases it afterwards. */
async function runHeld<T>(
  {
    held,
    id,
    unsavedWork,
    sentRefreshes,
    timeout,
  }: Omit<LockedTurnsOptions, 'keyOf'> & { held: HeldLock; id: string; timeout: number },
  work: (...args: Parameters<Parameters<SessionStore['runAlone']>[1]>) => Promise<T>,
): Promise<T> {
  let isClaimed = false
  try {
    return await work(async (session) => {
      await sentRefreshes.note(session)
      isClaimed = true
      if (!(await isStillHeld(held, timeout))) throw busy()
    })
  } catch (error) {
    // Without an answer of the tenant there is nothing to wait for. If the lock was lost, the note may be another machine's.
    const isOver = isClaimed && !unsavedWork(id) && (await isStillHeld(held, timeout))
    if (isOver) await sentRefreshes.forget(id).catch(() => {})
    throw error
  } finally {
    const unsaved = unsavedWork(id)
    if (unsaved) unsaved.finally(() => release(held))
    else await release(held)
  }
}
