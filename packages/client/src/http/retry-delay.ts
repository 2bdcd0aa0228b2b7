import { isMyAccountApiError } from '../errors/my-account-api-error.js'
import { isTokenError } from '../errors/token-error.js'

const RETRIES = 3
const LONGEST_WAIT = 60

/**
 * Milliseconds until a failed request is worth another try: as long as the server asks for where that can be read, else 1, 2
 * and 4 seconds. Infinity where it would fail again: after three more tries, and for anything but a network failure, a 5xx,
 * and a 429 that asks for no more than a minute. `failureCount` is 0 after the first try.
 */
export function retryDelay(failureCount: number, error: Error): number {
  const { retryAfter = 2 ** failureCount } = isMyAccountApiError(error) ? error : {}
  return failureCount < RETRIES && isPassing(error) && retryAfter <= LONGEST_WAIT
    ? 1000 * retryAfter
    : Number.POSITIVE_INFINITY
}

function isPassing(error: Error): boolean {
  // What `fetch` throws is told by its name, as it may come from another realm.
  if (!isMyAccountApiError(error) && !isTokenError(error)) return error.name === 'TypeError'
  return error.status !== undefined && (error.status === 429 || error.status >= 500)
}
