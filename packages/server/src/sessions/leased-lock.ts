import { within } from '@connected-accounts/client/internal'
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
 * Creates a lock from leases. It asks until it has the lock, renews it while it is held, and knows when it may have lost it.
 *
 * @param ttl - After how many milliseconds the server forgets an owner.
 */
export function createLeasedLock(
  ttl: number,
  leaseOf: (key: string, owner: string) => Lease,
): RefreshLock {
  return {
    async acquire(key, { signal }) {
      const { take, renew, release } = leaseOf(key, crypto.randomUUID())
      let heldUntil = 0
      const hold = async (work: () => Promise<boolean>) => {
        const sentAt = performance.now()
        const isOurs = await work()
        heldUntil = isOurs ? sentAt + ttl : 0
        return isOurs
      }
      try {
        // A command that failed may still have taken the lock.
        await untilTrue(async (isUnsure) => (await hold(take)) || (isUnsure && hold(renew)), signal)
      } catch (error) {
        release().catch(() => {})
        throw error
      }
      const renewal = setInterval(() => hold(renew).catch(() => {}), ttl / 3)
      inBackground(renewal) // the connection to the server keeps the process alive, until the application closes it
      const held: HeldLock = {
        isHeld: () => performance.now() < heldUntil,
        async release() {
          clearInterval(renewal)
          heldUntil = 0
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
