import type { IncomingMessage } from 'node:http'
import { withBody } from '../../http/buffered-request.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import { readJsonParameters } from '../../oauth/token-request.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/**
 * Converts a JSON body for an OAuth endpoint, which Auth0 accepts, to a form for oidc-provider. Responds with `invalid_request` if it
 * cannot be converted.
 */
export const convertJsonBodies: OidcMiddleware = async (c, next) => {
  const { incoming } = c.env
  if (!hasJsonBody(incoming)) return next()
  try {
    const fields = readJsonParameters(incoming.rawBody.toString('utf8'))
    const form = Buffer.from(new URLSearchParams(fields).toString())
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    c.env.incoming = withBody(incoming, form, headers)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const body = { error: error.code, error_description: error.message }
    return refuseEarly(c.req.raw, { status: error.status, body })
  }
  await next()
}

function hasJsonBody({ headers }: IncomingMessage): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '')
}
