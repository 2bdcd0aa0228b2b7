import { createExpiringMap } from '../../memory/expiring-map.js'

/** When users have shown a second factor, by login session and by grant. */
export interface MfaTimes {
  /** Remembers that a user shows a second factor now, in the session or for the grant with this ID. */
  pass(id: string): void
  /** Remembers for a grant what is known of the session in which it was created. */
  copy(sessionId: string, grantId: string): void
  /** Returns whether a second factor was shown within the last 15 minutes. */
  isRecent(id: string | undefined): boolean
  clear(): void
}

/** How long the Default Policy of the My Account API accepts a second factor, in milliseconds. */
const RECENT = 15 * 60_000

/** Creates an empty store. */
export function createMfaTimes(now: () => number): MfaTimes {
  const times = createExpiringMap<number>(now)
  const set = (id: string, time: number) => times.set(id, time, time + RECENT)
  return {
    pass: (id) => set(id, now()),
    copy(sessionId, grantId) {
      const time = times.get(sessionId)
      if (time !== undefined) set(grantId, time)
    },
    isRecent: (id = '') => times.get(id) !== undefined,
    clear: times.clear,
  }
}
