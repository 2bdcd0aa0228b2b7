import { createExpiringMap } from '../memory/expiring-map.js'

/** The numbers of the headers `x-ratelimit-*`. The emulator never refuses a request because of them: for a 429, add a fault. */
export interface RateLimit {
  /** Counts a request of `caller` and returns the headers. */
  headers(caller: string): Record<string, string>
  reset(): void
}

/** The number of requests in a window, and the length of the window in seconds. */
const LIMIT = 1000
const WINDOW = 60

/** Creates a rate limit of 1000 requests per minute for each caller. A window begins with the caller's first request. */
export function createRateLimit(now: () => number): RateLimit {
  const windows = createExpiringMap<{ used: number; endsAt: number }>(now)
  return {
    headers(caller) {
      const window = windows.get(caller) ?? { used: 0, endsAt: now() + WINDOW * 1000 }
      window.used += 1
      windows.set(caller, window, window.endsAt)
      return {
        'x-ratelimit-limit': String(LIMIT),
        'x-ratelimit-remaining': String(Math.max(0, LIMIT - window.used)),
        'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1000)),
      }
    },
    reset: () => windows.clear(),
  }
}
