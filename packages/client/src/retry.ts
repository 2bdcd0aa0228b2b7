import { wait } from './abort.js'
import type { Fetch } from './authorized-fetch.js'
import { retryAfter } from './rate-limit.js'

/** Authorizes a request and sends it with the `Fetch` that it is given. */
export type Authorize = (request: Request, send: Fetch) => Promise<Response>

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
      const { response, failure } = await attempt(request, send, authorize)
      const seconds = response ? secondsToWait(response, retries) : backoff(retries)
      if (retries < limitOfMethod && seconds !== undefined) {
        await response?.body?.cancel()
        await wait(seconds * 1000, request.signal)
      } else if (response) return response
      else throw failure
    }
  }
}

interface Attempt {
  response?: Response
  /** What the network failed with. Whatever a token source throws is not caught. */
  failure?: unknown
}

async function attempt(request: Request, send: Fetch, authorize: Authorize): Promise<Attempt> {
  const failures: unknown[] = []
  const watched: Fetch = async (authorized) => {
    try {
      return await send(authorized)
    } catch (failure) {
      failures.push(failure)
      throw failure
    }
  }
  try {
    return { response: await authorize(request, watched) }
  } catch (failure) {
    if (failures.includes(failure)) return { failure }
    throw failure
  }
}

function secondsToWait(response: Response, retries: number): number | undefined {
  if (response.status !== 429) return undefined
  const seconds = retryAfter(response) ?? backoff(retries)
  return seconds > LONGEST_WAIT ? undefined : seconds
}

/** Half a second, doubled each time, less up to half of it, so that many clients do not come back at once. */
function backoff(retries: number): number {
  return Math.min(0.5 * 2 ** retries, LONGEST_WAIT) * (1 - Math.random() / 2)
}
