import type { BrowserContext, Response } from 'playwright-core'

/** A request that a browser sent, and its answer. */
export interface SentRequest {
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

/** Records the requests that the browser sends from now on to paths that begin with `prefix`, except preflights. */
export function recordRequests(context: BrowserContext, prefix: string): SentRequest[] {
  const requests: SentRequest[] = []
  context.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!pathname.startsWith(prefix) || response.request().method() === 'OPTIONS') return
    requests.push(describe(response))
  })
  return requests
}

function describe(response: Response): SentRequest {
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

/** Returns the name and version of the SDK that sent the first request, from its `auth0Client` parameter. */
export function sdkOf([request]: SentRequest[]): unknown {
  return JSON.parse(atob(request?.query.auth0Client ?? ''))
}
