/** What sends a request, as the runtime's own `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>

/** The runtime's `fetch` as it is when it is called, so that it may be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  return globalThis.fetch(request)
}

/** Requests that were handed to the network. */
const sent = new WeakSet<Request>()

/** Notes that a request is handed to the network now; from here on its answer may be lost. @internal */
export function markSent(request: Request): void {
  sent.add(request)
}

/** Whether a request, as openapi-fetch made it, was ever handed to the network: known by the request, never by an error. @internal */
export function wasSent(request: Request): boolean {
  return sent.has(request)
}
