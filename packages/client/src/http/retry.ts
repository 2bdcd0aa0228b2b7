import { wait } from './abort.js'
import { type Fetch, markSent } from './fetch.js'
import { retryAfter } from './rate-limit.js'

/** Authorizes a request and sends it with the `Fetch` that it is given. */
export type Authorize = (request: Request, send: Fetch) => Promise<Response>

/** What was thrown before its request was sent: by a token source, or by an abort that came first. */
export const unsent = new WeakSet<object>()

/** Seconds that a GET waits at most; a 429 that asks for more is given to the caller. */
const LONGEST_WAIT = 60

/**
 * Sends a GET again up to `limit` times after a 429, or where the network has failed before it was answered. Each time is
 * authorized anew, so that no proof is used twice. Every other method is sent once.
 */
export function retryGet(limit: number, send: Fetch, authorize: Authorize): Fetch {
  return async (request) => {
    const limitOfMethod = request.method === 'GET' ? limit : 0
    for (let retries = 0; ; retries += 1) {
      let seconds = backoff(retries)
      let failure: unknown // of the network; what a token source throws is not tried again
      const watched: Fetch = async (authorized) => {
        markSent(request)
        try {
          return await send(authorized)
        } catch (error) {
          failure = error
          throw error
        }
      }
      try {
        const response = await authorize(request, watched)
        seconds = retryAfter(response) ?? seconds
        const isLast = retries >= limitOfMethod || seconds > LONGEST_WAIT
        if (isLast || response.status !== 429) return response
        await response.body?.cancel()
      } catch (error) {
        const wasSent = error === failure
        if (!wasSent) unsent.add(Object(error))
        if (retries >= limitOfMethod || !wasSent) throw error
      }
      await wait(seconds * 1000, request.signal)
    }
  }
}

/** Half a second, doubled each time, less up to half of it, so that many clients do not come back at once. */
function backoff(retries: number): number {
  return Math.min(0.5 * 2 ** retries, LONGEST_WAIT) * (1 - Math.random() / 2)
}
