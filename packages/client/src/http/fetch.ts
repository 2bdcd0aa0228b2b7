/** What sends a request, as the runtime's own `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>

/** The runtime's `fetch` as it is when it is called, so that it may be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  return globalThis.fetch(request)
}
