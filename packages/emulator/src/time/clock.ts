/** The time of one emulator. It starts as the machine's time, and a test can move it. */
export interface Clock {
  /** Returns the time in milliseconds since the epoch. Everything that expires is compared with it. */
  now(): number
  /** Returns the time for the `iat` of DPoP proofs, in milliseconds since the epoch. `advance` does not move it. */
  proofNow(): number
  /**
   * Moves `now` forward, so that tokens, nonces and flows expire.
   *
   * @param seconds - 0 or more; all calls together can move the clock by 100 years.
   * @throws {RangeError} if `seconds` is not such a number.
   *
   * @example
   * ```ts
   * emulator.clock.advance(86_400) // the access tokens of the default tenant have expired
   * ```
   */
  advance(seconds: number): void
  /**
   * Moves `proofNow` away from the machine's time, so that the `iat` of DPoP proofs is too old or in the future.
   *
   * @param seconds - positive to set the server's clock ahead, negative to set it behind; each call replaces the one before.
   * @throws {RangeError} if `seconds` is not a number within 100 years.
   */
  skewProofs(seconds: number): void
  /** Sets both back to the machine's time. */
  reset(): void
}

/** How far the clock can move in total, in seconds: 100 years. */
export const CLOCK_LIMIT = 3_155_760_000

/** Creates a clock that shows the machine's time. */
export function createClock(): Clock {
  let advanced = 0
  let skewed = 0
  return {
    now: () => Date.now() + advanced,
    proofNow: () => Date.now() + skewed,
    advance(seconds) {
      check(seconds, 0)
      check(advanced / 1000 + seconds, 0)
      advanced += seconds * 1000
    },
    skewProofs(seconds) {
      check(seconds, -CLOCK_LIMIT)
      skewed = seconds * 1000
    },
    reset() {
      advanced = 0
      skewed = 0
    },
  }
}

function check(seconds: number, least: number): void {
  // Callers in JavaScript may pass a string, which the comparisons would accept as a number.
  if (typeof seconds === 'number' && seconds >= least && seconds <= CLOCK_LIMIT) return
  throw new RangeError(`seconds must be a number from ${least} to ${CLOCK_LIMIT}`)
}
