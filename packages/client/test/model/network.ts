import type { Fetch } from '@connected-accounts/emulator'
import type { Page } from './browser.js'
import { runOutsidePages } from './page-globals.js'

/** A POST that a page has sent and whose fate is open. */
export interface SentRequest {
  readonly name: string
  readonly page: Page
  readonly operation: 'connect' | 'complete'
  readonly body: Readonly<Record<string, unknown>>
  readonly accessToken: string
  /** Whether the page still waits for the answer. */
  isAwaited(): boolean
  /** The tenant carries the request out; then the page gets the answer, or a network error. */
  deliver(options: { isAnswered: boolean }): Promise<void>
  /** The request never reaches the tenant: the page gets this answer instead, or a network error. */
  drop(answer?: Response): void
}

interface NetworkOptions {
  /** The tenant. */
  fetch: Fetch
  /** Says how a request is called. */
  onSent(request: Omit<SentRequest, 'name'>): string
  /** Sees what the tenant has carried out. */
  onDelivered(request: SentRequest, status: number, answer: unknown): void
}

/** Creates a network that holds every POST until its fate is decided. A GET goes through at once, or fails. */
export function createNetwork({ fetch, onSent, onDelivered }: NetworkOptions) {
  const held = new Set<SentRequest>()
  let underWay = 0
  const network = {
    held,
    /** Whether lists are answered. */
    areListsUp: true,
    isBusy: () => underWay > 0,
    fetchOf: (page: () => Page) => (request: Request) =>
      request.method === 'GET' ? list(request) : hold(page(), request),
  }

  /** Sends a request to the tenant, and reads its answer to the end, so that nothing is under way any longer. */
  async function exchange(request: Request): Promise<Response> {
    underWay += 1
    try {
      const response = await runOutsidePages(() => fetch(request))
      const { status, headers } = response
      return new Response(await response.text(), { status, headers })
    } finally {
      underWay -= 1
    }
  }

  async function list(request: Request): Promise<Response> {
    request.signal.throwIfAborted()
    if (!network.areListsUp) throw networkError()
    return exchange(request)
  }

  async function hold(page: Page, request: Request): Promise<Response> {
    const { signal } = request
    const text = await request.text()
    signal.throwIfAborted()
    if (!page.isOpen()) return new Promise(() => {})
    let isAwaited = true
    let resolve: (answer: Response) => void = () => {}
    let reject: (reason: unknown) => void = () => {}
    const promise = new Promise<Response>((...settlers) => {
      ;[resolve, reject] = settlers
    })
    const settle = (answer: Response | undefined) => {
      held.delete(sent)
      if (!isAwaited || !page.isOpen()) return
      isAwaited = false
      if (answer) resolve(answer)
      else reject(networkError())
    }
    const unnamed: Omit<SentRequest, 'name'> = {
      page,
      operation: request.url.endsWith('/complete') ? 'complete' : 'connect',
      body: JSON.parse(text),
      accessToken: request.headers.get('authorization')?.split(' ')[1] ?? '',
      isAwaited: () => isAwaited && page.isOpen(),
      async deliver({ isAnswered }) {
        held.delete(sent)
        const { url, method, headers } = request
        const response = await exchange(new Request(url, { method, headers, body: text }))
        onDelivered(sent, response.status, await response.clone().json())
        settle(isAnswered ? response : undefined)
      },
      drop: settle,
    }
    const sent: SentRequest = { ...unnamed, name: onSent(unnamed) }
    held.add(sent)
    signal.addEventListener('abort', () => {
      isAwaited = false
      reject(signal.reason)
    })
    return promise
  }

  return network
}

/** What Node's `fetch` rejects with if no answer comes. */
function networkError(): TypeError {
  return new TypeError('fetch failed')
}
