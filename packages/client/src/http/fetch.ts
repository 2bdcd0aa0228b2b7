import { unlessAborted } from './abort.js'
import { checkFunction } from './check-function.js'

/** Sends a request, as the runtime's own `fetch` does. It gets one `Request`, not a URL and its options. */
export type Fetch = (request: Request) => Promise<Response>

/** Sends with the runtime's `fetch`, looked up at each call, so that it can be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  // React Native's Request drops the option, which Expo's `fetch` reads.
  if (!('redirect' in request)) Object.assign(request, { redirect: 'manual' })
  return globalThis.fetch(request)
}

/**
 * Returns a function that sends requests, with `fetch` or with the runtime's own. An abort ends the wait even if `fetch` ignores
 * its signal.
 *
 * @throws {TypeError} if `fetch` is not a function.
 * @internal
 */
export function createSender(fetch: Fetch | undefined): Fetch {
  checkFunction(fetch, 'fetch')
  if (!fetch) return runtimeFetch
  return async (request) => unlessAborted(Promise.resolve(fetch(request)), request.signal)
}

/**
 * Copies a request so that it follows no redirect. A body moves to the copy. Keeps the referrer and its policy, which a copy
 * with other options loses.
 *
 * @see https://fetch.spec.whatwg.org/#dom-request, "If init is not empty"
 * @internal
 */
export function withoutRedirects(request: Request): Request {
  const { referrer, referrerPolicy } = request
  return new Request(request, { redirect: 'manual', referrer, referrerPolicy })
}

/**
 * Makes the request of a call to `fetch`, which follows no redirect. Copies it only if it is a `Request` already.
 *
 * @internal
 */
export function toRequest(input: Request | string | URL, init?: RequestInit): Request {
  const isRequest = input instanceof Request || init instanceof Request
  return isRequest
    ? withoutRedirects(new Request(input, init))
    : new Request(input, { ...init, redirect: 'manual' })
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
 * Tells whether a request was ever handed to the network.
 *
 * @param request - The request that openapi-fetch made and that middleware sees.
 *
 * @internal
 */
export function wasSent(request: Request): boolean {
  return sent.has(request)
}
