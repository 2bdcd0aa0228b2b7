import { isMyAccountApiError, isTokenError } from '@connected-accounts/client'

const RETRIES = 3
const LONGEST_WAIT = 60

/**
 * Whether a failed request is sent again: up to three times after a network failure, a 5xx, and a 429 that does not ask
 * for more than a minute. Anything else, like another 4xx or a login that has ended, would fail again.
 */
export function retry(failureCount: number, error: Error): boolean {
  return failureCount < RETRIES && isPassing(error)
}

/** Milliseconds until the next try: as long as a 429 asks for where that can be read, else 1, 2 and 4 seconds. */
export function retryDelay(failureCount: number, error: Error): number {
  const seconds = isMyAccountApiError(error) ? error.retryAfter : undefined
  return 1000 * (seconds ?? 2 ** failureCount)
}

function isPassing(error: Error): boolean {
  if (!isMyAccountApiError(error) && !isTokenError(error)) return isNetworkFailure(error)
  if (error.status === 429)
    return !('retryAfter' in error && Number(error.retryAfter) > LONGEST_WAIT)
  return error.status !== undefined && error.status >= 500
}

/** What `fetch` throws; by name, as it may come from another realm. */
function isNetworkFailure(error: Error): boolean {
  return error.name === 'TypeError'
}
