import type { Context } from '../../context/context.js'
import type { ExchangeLimit } from '../../vault/exchange-limit.js'
import { guardExchange } from '../../vault/guard-exchange.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/** Limits and logs Token Vault exchanges. */
export function guardExchanges(context: Context, exchangeLimit: ExchangeLimit): OidcMiddleware {
  return (c, next) => {
    const { raw: request } = c.req
    const form = new URLSearchParams(c.env.incoming.rawBody.toString('utf8'))
    return guardExchange(
      { context, exchangeLimit },
      {
        request,
        parameters: Object.fromEntries(form),
        answer: () => next().then(() => c.res),
        refuse: ({ status, code: error, message: error_description }) =>
          refuseEarly(request, { status, body: { error, error_description } }),
      },
    )
  }
}
