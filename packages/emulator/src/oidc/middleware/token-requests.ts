import type { IncomingMessage } from 'node:http'
import type { Context } from '../../context/context.js'
import { meetFault } from '../../faults/meet-fault.js'
import { withBody } from '../../http/buffered-request.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import { tokenFault } from '../../oauth/token-fault.js'
import { readJsonParameters } from '../../oauth/token-request.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { type ExchangeLimit, guardExchange } from '../../vault/guard-exchange.js'
import { challengeNonce, type TokenNonces } from '../token/nonces.js'
import { collectResponse, replaceResponse } from './collected-response.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/** Applies the faults that wait for `getToken`, before the endpoint checks anything. */
export function meetTokenFaults(context: Context, nonces: TokenNonces): OidcMiddleware {
  return async (c, next) => {
    if (!context.faults.has('getToken')) return next()
    const response = await meetFault(context, {
      operation: 'getToken',
      answer: () => collectResponse(c, next),
      refuse(fault) {
        if (fault.challenge) return challengeNonce(c.req.raw, nonces.next())
        const refusal = tokenFault(fault, context.now())
        return refusal && refuseEarly(c.req.raw, refusal)
      },
    })
    replaceResponse(c, response)
  }
}

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

/** Limits and logs Token Vault exchanges. */
export function guardExchanges(context: Context, exchangeLimit: ExchangeLimit): OidcMiddleware {
  return (c, next) => {
    const { raw: request } = c.req
    const form = new URLSearchParams(c.env.incoming.rawBody.toString('utf8'))
    const parameters = Object.fromEntries(form)
    if (parameters.grant_type !== TOKEN_VAULT_GRANT) return next()
    return guardExchange(
      { context, exchangeLimit },
      {
        request,
        parameters,
        answer: () => collectResponse(c, next),
        refuse: ({ status, code: error, message: error_description }) =>
          refuseEarly(request, { status, body: { error, error_description } }),
      },
    )
  }
}
