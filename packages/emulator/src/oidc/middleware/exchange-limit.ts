import type { IncomingMessage } from 'node:http'
import type { Provider } from 'oidc-provider'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import type { ExchangeLimit } from '../../vault/exchange-limit.js'
import { refuseEarly } from './early-refusal.js'

/** Refuses Token Vault exchanges with 429 if there are more in a second than the switch `exchangeRate` allows. */
export function limitExchanges(provider: Provider, limit: ExchangeLimit): void {
  provider.use(async (ctx, next) => {
    if (!isExchange(ctx.path, ctx.req)) return next()
    const { headers, refusal } = limit.count()
    ctx.set(headers)
    if (!refusal) return next()
    const { status, code: error, message: error_description } = refusal
    refuseEarly(ctx, { status, body: { error, error_description }, headers })
  })
}

function isExchange(path: string, request: IncomingMessage & { rawBody?: Buffer }): boolean {
  if (path !== '/oauth/token') return false
  const form = new URLSearchParams(request.rawBody?.toString('utf8') ?? '')
  return form.get('grant_type') === TOKEN_VAULT_GRANT
}
