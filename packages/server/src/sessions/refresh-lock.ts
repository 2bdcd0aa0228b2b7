import { createMutex, within } from '@connected-accounts/client/internal'
import type { SentRefreshes } from './sent-refreshes.js'
import type { SessionStore } from './session.js'
import { busy, unavailable } from './shared-store.js'

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
  /**
   * Returns false if another machine may have the lock by now, because this process was paused for longer than the lock lasts.
   * Ask where the lock is kept: a clock of this machine may stand still while the machine is suspended.
   */
  isHeld(): boolean | Promise<boolean>
  /** Frees the lock if it is still held. It never rejects. */
  release(): Promise<void>
}

/** How long a lock may take to heed the signal, to release, or to say if it is held, in milliseconds. */
const GRACE = 2000

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
        return runHeld({ ...options, held, id }, async (claim) => {
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
  }: Omit<LockedTurnsOptions, 'keyOf'> & { held: HeldLock; id: string },
  work: (...args: Parameters<Parameters<SessionStore['runAlone']>[1]>) => Promise<T>,
): Promise<T> {
  let isClaimed = false
  try {
    return await work(async (session) => {
      await sentRefreshes.note(session)
      isClaimed = true
      if (!(await isStillHeld(held))) throw busy()
    })
  } catch (error) {
    // Without an answer of the tenant there is nothing to wait for. If the lock was lost, the note may be another machine's.
    const isOver = isClaimed && !unsavedWork(id) && (await isStillHeld(held))
    if (isOver) await sentRefreshes.forget(id).catch(() => {})
    throw error
  } finally {
    const unsaved = unsavedWork(id)
    if (unsaved) unsaved.finally(() => release(held))
    else await release(held)
  }
}

function isStillHeld(held: HeldLock): Promise<boolean> {
  const ask = async () => held.isHeld()
  return within(ask(), GRACE).catch(() => false)
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
