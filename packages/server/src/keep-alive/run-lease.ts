import { type Entries, inBackground } from '../store/shared-store.js'

/** The right to be the only run of a job. */
export interface RunLease {
  /** Returns false if another run may have begun, because this process was paused for longer than the lease lasts. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/** After how many milliseconds the next run may begin if the process of this one has died. A living one renews its lease. */
const LEASE = 20_000

/**
 * Takes the lease of a job.
 *
 * @returns Undefined if another run has it.
 * @throws {SessionError} `store_unavailable`
 */
export async function takeLease(entries: Entries, key: string): Promise<RunLease | undefined> {
  const owner = crypto.randomUUID()
  const until = () => Date.now() + LEASE
  const isTaken = await entries.replace(key, undefined, owner, until())
  // The first try may have taken it although its answer was lost.
  if (!isTaken && (await entries.get(key)) !== owner) return undefined
  const renew = () => entries.replace(key, owner, owner, until())
  const renewal = setInterval(() => renew().catch(() => {}), LEASE / 3)
  inBackground(renewal) // the run itself keeps the process alive
  return {
    isHeld: renew,
    async release() {
      clearInterval(renewal)
      try {
        // Nobody else takes it in between, so that no other run loses its lease.
        if (await entries.replace(key, owner, 'released', until())) await entries.delete(key)
      } catch {} // it ends by itself
    },
  }
}
