import { createMutex, within } from '@connected-accounts/client/internal'
import { SessionError } from '../errors.js'
import type { SessionStore } from './session.js'
import { unavailable } from './shared-store.js'

/** Lets one machine at a time refresh a session. */
export interface RefreshLock {
  /**
   * Waits until nobody else has the lock of this key, and takes it.
   *
   * @param options.signal - When it is aborted, reject with its reason. If the lock is taken after that, release it.
   */
  acquire(key: string, options: { signal: AbortSignal }): Promise<HeldLock>
}

/** A lock that was taken. It is renewed until it is released. */
export interface HeldLock {
  /** False if another machine may have the lock, because this process was paused for longer than the lock lasts. */
  isHeld(): boolean
  /** Frees the lock if it is still held. It never rejects. */
  release(): Promise<void>
}

/** How long a lock may take to heed the signal, or to release, in milliseconds. */
const GRACE = 2000

/** Options of {@link createLockedTurns}. */
export interface LockedTurnsOptions {
  /** Returns the lock's key of a session. */
  keyOf(id: string): Promise<string>
  /** How long one caller waits for its turn, in milliseconds. */
  timeout: number
  /** Returns what the lock must outlast after the work of a session. Undefined if there is nothing. */
  unsavedWork(id: string): Promise<void> | undefined
}

/** Creates the `runAlone` of a store that only this process uses: work of the same session takes turns. */
export function createLocalTurns(): SessionStore['runAlone'] {
  const runAlone = createMutex()
  return (id, work) => runAlone(id, () => work(() => true))
}

/**
 * Creates the `runAlone` of a shared store: work of the same session takes turns in this process, and among all machines
 * that share the lock.
 */
export function createLockedTurns(
  lock: RefreshLock,
  { keyOf, timeout, unsavedWork }: LockedTurnsOptions,
): SessionStore['runAlone'] {
  const runAlone = createMutex()
  return (id, work) => {
    const signal = AbortSignal.timeout(timeout)
    return new Promise((resolve, reject) => {
      const stopWaiting = () => reject(busy())
      signal.addEventListener('abort', stopWaiting)
      const turn = runAlone(id, async () => {
        const key = await keyOf(id)
        if (signal.aborted) throw busy()
        signal.removeEventListener('abort', stopWaiting) // from here on the lock heeds the signal
        const held = await acquire(lock, key, { signal, timeout })
        try {
          return await work(() => held.isHeld())
        } finally {
          const unsaved = unsavedWork(id)
          if (unsaved) unsaved.finally(() => release(held))
          else await release(held)
        }
      })
      turn.then(resolve, reject)
    })
  }
}

/**
 * Takes a lock, also one that ignores its signal.
 *
 * @throws {SessionError} `refresh_busy`, if another machine has it for too long.
 * @throws {SessionError} `store_unavailable`, if the lock fails.
 */
export async function acquire(
  lock: RefreshLock,
  key: string,
  { signal, timeout }: { signal: AbortSignal; timeout: number },
): Promise<HeldLock> {
  const acquired = lock.acquire(key, { signal })
  try {
    return await within(acquired, timeout + GRACE) // in case the lock ignores the signal
  } catch (error) {
    acquired.then(release, () => {})
    throw signal.aborted && isOf(signal, error) ? busy() : unavailable(error)
  }
}

function isOf(signal: AbortSignal, error: unknown): boolean {
  return error === signal.reason || (error instanceof DOMException && error.name === 'TimeoutError')
}

/** Releases a lock, but does not wait for one that hangs. */
export async function release(held: HeldLock): Promise<void> {
  await within(held.release(), GRACE).catch(() => {})
}

/** Returns the error for a refresh, or a callback, that did not get its turn. */
export function busy(): SessionError {
  return new SessionError('refresh_busy', {
    message:
      'Another refresh of this session, or another request with this callback, did not end in time. So this one was not ' +
      'started, and nothing was sent. Try again.',
  })
}
