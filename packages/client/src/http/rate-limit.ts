/** What an answer says of the rate limit, as its headers have it. */
export interface RateLimit {
  /** Requests that may be made in a row. */
  limit: number
  /** Requests that are left. */
  remaining: number
  /** When there are more again, in seconds since the epoch. */
  reset: number
}

/**
 * The rate limit of an answer: `x-ratelimit-limit`, `x-ratelimit-remaining` and `x-ratelimit-reset`.
 * Undefined where one of them is missing or is no whole number, and in browsers across origins, which hide them.
 */
export function rateLimit(response: Response): RateLimit | undefined {
  const number = (name: string) => {
    const text = response.headers.get(`x-ratelimit-${name}`) ?? ''
    return /^\d+$/.test(text) ? Number(text) : undefined
  }
  const [limit, remaining, reset] = [number('limit'), number('remaining'), number('reset')]
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined
  return { limit, remaining, reset }
}

/** The seconds of `retry-after` (RFC 9110 §10.2.3), from now where it is a date. */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? ''
  if (!/^(\d+$|[a-z])/i.test(text)) return undefined // `Date.parse` takes '-1' as a day long ago
  const value = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : undefined
}
