/** The rate limit of an answer, as its headers have it. */
export interface RateLimit {
  /** How many requests may be made in a row. */
  limit: number
  /** How many requests are left. */
  remaining: number
  /** When there are more again, in seconds since the epoch. */
  reset: number
}

/**
 * Reads the rate limit of an answer: `x-ratelimit-limit`, `x-ratelimit-remaining` and `x-ratelimit-reset`.
 *
 * @returns Undefined if one of them is missing or is no whole number. Browsers hide these headers across origins.
 * @example
 * ```ts
 * import { createConnectedAccountsClient, rateLimit } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ baseUrl: 'https://app.example.test/api/me/v1' })
 * // The response of every call has the headers.
 * const { response } = await client.GET('/connected-accounts/accounts')
 * console.log(rateLimit(response)?.remaining)
 * ```
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

/** Reads the seconds of `retry-after`, from now if it is a date (RFC 9110 §10.2.3). */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? ''
  if (!/^(\d+$|[a-z])/i.test(text)) return undefined // `Date.parse` reads '-1' as a day long ago
  const value = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : undefined
}
