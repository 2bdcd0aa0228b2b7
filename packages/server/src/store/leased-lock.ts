import { checkTimeout, within } from '@connected-accounts/client/internal'
import type { HeldLock, RefreshLock } from './refresh-lock.js'
import { inBackground, pause } from './shared-store.js'

/** What a lock asks its server on behalf of one owner. The server forgets the owner after a time. */
export interface Lease {
  /** Takes the lock if nobody has it. */
  take(): Promise<boolean>
  /** Starts the time again. Returns false if another owner, or none, has the lock. */
  renew(): Promise<boolean>
  /** Frees the lock if this owner has it. */
  release(): Promise<unknown>
}

/** How long one command may take, in milliseconds. */
const PATIENCE = 1000

/**
 * Creates a lock from leases. It asks until it has the lock, and renews it while it is held.
 *
 * @param ttl - After how many milliseconds the server forgets an owner.
 * @throws {TypeError} if `ttl` is not a time.
 */
export function createLeasedLock(
  ttl: number,
  leaseOf: (key: string, owner: string) => Lease,
): RefreshLock {
  checkTimeout(ttl, 'ttl')
  return {
    async acquire(key, { signal }) {
      const { take, renew, release } = leaseOf(key, crypto.randomUUID())
      try {
        // A command that failed may still have taken the lock.
        await untilTrue(async (isUnsure) => (await take()) || (isUnsure && renew()), signal)
      } catch (error) {
        release().catch(() => {})
        throw error
      }
      const renewal = setInterval(() => renew().catch(() => {}), ttl / 3)
      inBackground(renewal) // the connection to the server keeps the process alive, until the application closes it
      const held: HeldLock = {
        // The server decides, because the clocks of this machine may stand still while it is suspended. An answer that takes half
        // the life of the lock leaves the other half to send the refresh token in.
        isHeld: () => within(renew(), ttl / 2).catch(() => false),
        async release() {
          clearInterval(renewal)
          await within(release(), PATIENCE).catch(() => {})
        },
      }
      return held
    },
  }
}

/** Asks until the answer is true. When the signal is aborted, rejects with the last failure, or with the signal's reason. */
async function untilTrue(
  ask: (isUnsure: boolean) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let isUnsure = false
  for (;;) {
    let failure: unknown
    try {
      if (await within(ask(isUnsure), PATIENCE)) return
    } catch (error) {
      failure = error
      isUnsure = true
    }
    if (signal.aborted) throw failure ?? signal.reason
    await pause(20 + Math.random() * 30)
  }
}
