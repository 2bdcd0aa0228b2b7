import { wait } from '@connected-accounts/client/internal'

/** Spreads requests evenly over the time. */
export interface Pace {
  /** Resolves when the next request may be sent. Rejects with the signal's reason if that is aborted first. */
  turn(): Promise<void>
  /** Lets no request be sent for a time in milliseconds. */
  pause(milliseconds: number): void
}

/** Creates a pace that is at most `perSecond` requests, also after a pause. */
export function createPace(perSecond: number, signal: AbortSignal): Pace {
  const gap = 1000 / perSecond
  let next = 0
  let pausedUntil = 0
  return {
    async turn() {
      do {
        const now = performance.now()
        const at = Math.max(now, next)
        next = at + gap
        await wait(at - now, signal)
      } while (performance.now() < pausedUntil) // a pause that began meanwhile
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, performance.now() + milliseconds)
      next = Math.max(next, pausedUntil)
    },
  }
}
