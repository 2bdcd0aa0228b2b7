import { unlessAborted } from './abort.js'

/** Sends a request, as the runtime's own `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>

/** Sends with the runtime's `fetch`, looked up at each call, so that it can be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  return globalThis.fetch(request)
}

/**
 * Returns what sends requests: the `fetch` that was given, or else the runtime's. An abort ends the wait for a `fetch` that
 * ignores its signal, too.
 *
 * @throws {TypeError} if `fetch` is not a function.
 * @internal
 */
export function createSender(fetch: Fetch | undefined): Fetch {
  if (fetch === undefined) return runtimeFetch
  if (typeof fetch !== 'function') throw new TypeError('fetch must be a function.')
  return async (request) => unlessAborted(Promise.resolve(fetch(request)), request.signal)
}

/** Frees the connection of an answer that nobody will read. @internal */
export function discard(response: Response): void {
  // It rejects if a middleware has begun to read the body, which then frees the connection itself.
  response.body?.cancel().catch(() => undefined)
}

/** Requests of which an authorized copy was handed to the network. */
const sent = new WeakSet<Request>()

/** Notes that a request is handed to the network now: from here on its answer may be lost. @internal */
export function markSent(request: Request): void {
  sent.add(request)
}

/**
 * Tells whether a request was ever handed to the network. It is known by the request that openapi-fetch made, which
 * middleware sees, and never by an error.
 *
 * @internal
 */
export function wasSent(request: Request): boolean {
  return sent.has(request)
}
