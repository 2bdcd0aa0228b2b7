import type { Context } from '../../context/context.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import type { ExchangeLimit } from '../../vault/exchange-limit.js'
import { guardExchange } from '../../vault/guard-exchange.js'
import { collectResponse } from './collected-response.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

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
