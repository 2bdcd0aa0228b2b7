import { wait } from './abort.js'
import { discard, type Fetch, wasSent, withoutRedirects } from './fetch.js'
import { isNetworkError } from './network-error.js'
import { retryAfter } from './rate-limit.js'

/** The longest `retry-after` that is waited for, in seconds; a server that asks for more gets no retry. */
const MAX_RETRY_AFTER_S = 60

/** How often {@link retryDelay} advises a retry. */
const MAX_RETRIES = 3

/**
 * Returns how long to wait before you send a failed request again. A network failure, a 5xx and a 429 are worth up to
 * three retries: after the `retryAfter` of the error if it has one, otherwise after 1, 2 and 4 seconds. Everything else,
 * such as a login that has ended or a mistake in your own code, would only fail again.
 *
 * @param failureCount - How often the request failed before this error; 0 after the first try.
 * @param error - What the call threw. `status` and `retryAfter` (seconds) are read from any error that has them.
 * @returns Milliseconds, or Infinity if a retry is no use, also if the server asks to wait for more than a minute.
 *
 * @example
 * ```ts
 * import { retryDelay } from '@connected-accounts/client'
 *
 * // Options of TanStack Query.
 * const retry = (failureCount: number, error: Error) => Number.isFinite(retryDelay(failureCount, error))
 * ```
 */
export function retryDelay(failureCount: number, error: Error): number {
  const { status, retryAfter: asked }: { status?: unknown; retryAfter?: unknown } = Object(error)
  const isTransient = isNetworkError(error) || isTransientStatus(status)
  const seconds = typeof asked === 'number' ? asked : 2 ** failureCount
  const isWorthIt = failureCount < MAX_RETRIES && isTransient && seconds <= MAX_RETRY_AFTER_S
  return isWorthIt ? seconds * 1000 : Number.POSITIVE_INFINITY
}

function isTransientStatus(status: unknown): boolean {
  return typeof status === 'number' && (status === 429 || status >= 500)
}

/**
 * Sends a GET, and sends it again after a 429 or a network failure. Each try gets its own copy of the request, so it is
 * authorized anew and no proof is used twice. An error that came before the copy was sent is thrown at once.
 *
 * @param request - A request without a body; it is copied, never sent itself.
 * @param options.limit - How many retries there are at most.
 * @param options.send - Authorizes the copy that it gets, marks it as sent, and sends it.
 * @param options.onPause - Called before each pause, with its length in milliseconds.
 * @internal
 */
export async function retryGet(
  request: Request,
  { limit, send, onPause }: { limit: number; send: Fetch; onPause: (pause: number) => void },
): Promise<Response> {
  for (let retries = 0; ; retries += 1) {
    const copy = withoutRedirects(request)
    let seconds = backoff(retries)
    try {
      const response = await send(copy)
      seconds = retryAfter(response) ?? seconds
      const isLast = retries >= limit || seconds > MAX_RETRY_AFTER_S
      if (isLast || response.status !== 429) return response
      discard(response)
    } catch (error) {
      if (retries >= limit || !wasSent(copy) || !isNetworkError(error)) throw error
    }
    onPause(seconds * 1000)
    await wait(seconds * 1000, request.signal)
  }
}

/** Half a second, doubled each time, less up to half of it, so that many clients do not come back at once. */
function backoff(retries: number): number {
  return Math.min(0.5 * 2 ** retries, MAX_RETRY_AFTER_S) * (1 - Math.random() / 2)
}
