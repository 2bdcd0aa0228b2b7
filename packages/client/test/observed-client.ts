import { type ConnectedAccountsClientOptions, createConnectedAccountsClient } from '../src/index.js'

type Handler = (request: Request) => Response | Promise<Response>

/** A `fetch` that takes its responses from the handlers in turn, the last one again and again, and keeps what it was sent. */
export function observedFetch(...handlers: Handler[]) {
  const requests: Request[] = []
  async function fetch(request: Request): Promise<Response> {
    requests.push(request.clone())
    const handler = handlers[requests.length - 1] ?? handlers.at(-1)
    if (!handler) throw new Error('no handler')
    request.signal.throwIfAborted()
    return handler(request)
  }
  return { fetch, requests }
}

/** A client whose requests are answered by the handlers in turn. */
export function observedClient(...handlers: Handler[]) {
  const { fetch, requests } = observedFetch(...handlers)
  return { client: createClient({ fetch }), requests }
}

/** A client of `tenant.example.test` with a Bearer token. */
export function createClient(
  options: Pick<ConnectedAccountsClientOptions, 'fetch' | 'timeout'> & { domain?: string },
) {
  return createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken: 'bearer-token',
    ...options,
  })
}

/** An answer with a JSON body. */
export function json(status: number, body: unknown, headers?: HeadersInit): () => Response {
  return () => Response.json(body, { status, ...(headers && { headers }) })
}

/** An answer with problem details. */
export function problem(status: number, more: Record<string, unknown> = {}, headers?: HeadersInit) {
  const type = `https://auth0.com/api-errors/A0E-${status}-0001`
  return json(status, { type, title: 'Title', detail: 'What is wrong', status, ...more }, headers)
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error: unknown) => error,
  )
}

/** An account as the list returns it. */
export function account(n: number) {
  return {
    id: `cac_${n}`,
    connection: 'google-oauth2',
    access_type: 'offline',
    scopes: ['openid'],
    created_at: '2026-11-02T09:30:00.000Z',
  }
}

/** Everything that an iteration yields. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}
