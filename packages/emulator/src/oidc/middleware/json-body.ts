import type { IncomingMessage } from 'node:http'
import type { Provider } from 'oidc-provider'
import { type BufferedRequest, withBody } from '../../http/buffered-request.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import { readJsonParameters } from '../../oauth/token-request.js'
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
  try {
    const fields = readJsonParameters(request.rawBody.toString('utf8'))
    const form = Buffer.from(new URLSearchParams(fields).toString())
    return withBody(request, form, { 'content-type': 'application/x-www-form-urlencoded' })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    flaws.set(request, error.message)
    return request
  }
}

function hasJsonBody({ method, url, headers }: IncomingMessage): boolean {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  return isJson && method === 'POST' && url?.startsWith('/oauth/') === true
}
