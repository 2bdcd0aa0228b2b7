/** The time of one emulator, which stands apart from the machine's once it was moved. */
export interface Clock {
  /** Milliseconds since the epoch: what every expiry is read against. */
  now(): number
  /** Milliseconds since the epoch: what the `iat` of a DPoP proof is read against. `advance` does not move it. */
  proofNow(): number
  /** Moves `now` forward. Throws a `RangeError` for what is no number of seconds from 0 on. */
  advance(seconds: number): void
  /** Sets how many seconds `proofNow` is before the machine's clock (or behind it, if negative). Throws a `RangeError`. */
  skewProofs(seconds: number): void
  /** Puts both back on the machine's time. */
  reset(): void
}

/** How far a clock goes in all, in seconds: a hundred years. */
export const CLOCK_LIMIT = 3_155_760_000

/** A clock that shows the machine's time. */
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
  // Callers without types may give a string, which would pass as a number.
  if (typeof seconds === 'number' && seconds >= least && seconds <= CLOCK_LIMIT) return
  throw new RangeError(`seconds must be a number from ${least} to ${CLOCK_LIMIT}`)
}
