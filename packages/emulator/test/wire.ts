import type { BrowserContext, Response } from 'playwright-core'

/** A request that a browser sent to the emulator, and the status of its answer. */
export interface WireRequest {
  method: string
  path: string
  status: number
  /** The scheme of the `Authorization` header. */
  scheme?: string
  hasProof: boolean
  query: Record<string, string>
  /** The fields of a form. */
  form: Record<string, string>
  responseHeaders: Record<string, string>
}

/** Collects, from now on, the requests of this browser to paths that begin with `prefix`, without preflights. */
export function recordRequests(context: BrowserContext, prefix: string): WireRequest[] {
  const requests: WireRequest[] = []
  context.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!pathname.startsWith(prefix) || response.request().method() === 'OPTIONS') return
    requests.push(describe(response))
  })
  return requests
}

function describe(response: Response): WireRequest {
  const request = response.request()
  const { authorization, dpop } = request.headers()
  const url = new URL(request.url())
  const [scheme] = authorization?.split(' ') ?? []
  return {
    method: request.method(),
    path: url.pathname,
    status: response.status(),
    ...(scheme && { scheme }),
    hasProof: dpop !== undefined,
    query: Object.fromEntries(url.searchParams),
    form: Object.fromEntries(new URLSearchParams(request.postData() ?? '')),
    responseHeaders: response.headers(),
  }
}

/** The SDK that sent the first of these requests to `/authorize`, as it names itself there. */
export function sdkOf([request]: WireRequest[]): unknown {
  return JSON.parse(atob(request?.query.auth0Client ?? ''))
}
