import { within } from '@connected-accounts/client/internal'
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
   * Ask the server that keeps the lock: a clock of this machine may stand still while the machine is suspended.
   */
  isHeld(): boolean | Promise<boolean>
  /** Frees the lock if it is still held. It never rejects. */
  release(): Promise<void>
}

/** How long a lock may take to heed the signal, or to release, in milliseconds. */
const GRACE = 2000

/** Returns false if a lock may be lost, also if that cannot be found out. */
export function isStillHeld(held: HeldLock, timeout: number): Promise<boolean> {
  const ask = async () => held.isHeld()
  return within(ask(), timeout).catch(() => false)
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
    // The lock has heeded the signal, or `within` has ended the wait.
    throw signal.aborted && error instanceof DOMException ? busy() : unavailable(error)
  }
}

/** Releases a lock, but does not wait for one that hangs. */
export async function release(held: HeldLock): Promise<void> {
  await within(held.release(), GRACE).catch(() => {})
}
