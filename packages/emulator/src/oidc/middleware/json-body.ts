import type { IncomingMessage } from 'node:http'
import type { Provider } from 'oidc-provider'
import { type BufferedRequest, withBody } from '../../http/buffered-request.js'
import { refuseEarly } from './early-refusal.js'

const flaws = new WeakMap<IncomingMessage, string>()

/** Responds with `invalid_request` to requests whose JSON an OAuth endpoint does not accept. */
export function refuseBadJson(provider: Provider): void {
  provider.use((ctx, next) => {
    const error_description = flaws.get(ctx.req)
    if (error_description === undefined) return next()
    refuseEarly(ctx, { status: 400, body: { error: 'invalid_request', error_description } })
  })
}

/**
 * Converts a JSON body for an OAuth endpoint, which Auth0 accepts, to a form for oidc-provider. If it cannot be converted,
 * `refuseBadJson` responds.
 */
export function withFormBody(request: BufferedRequest): BufferedRequest {
  if (!hasJsonBody(request)) return withBody(request)
  const { flaw = '', fields } = readFields(request.rawBody.toString('utf8'))
  if (!fields) {
    flaws.set(request, flaw)
    return request
  }
  const form = Buffer.from(new URLSearchParams(fields).toString())
  return withBody(request, form, { 'content-type': 'application/x-www-form-urlencoded' })
}

function hasJsonBody({ method, url, headers }: IncomingMessage): boolean {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  return isJson && method === 'POST' && url?.startsWith('/oauth/') === true
}

function readFields(text: string): { fields?: Record<string, string>; flaw?: string } {
  const body = parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { flaw: 'The request body must be a JSON object' }
  }
  const entries = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  const [wrong] = entries.find(([, value]) => typeof value !== 'string') ?? []
  if (wrong !== undefined) return { flaw: `${wrong} must be a string` }
  return { fields: Object.fromEntries(entries) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
