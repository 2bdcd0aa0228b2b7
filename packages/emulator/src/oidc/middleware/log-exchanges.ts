import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { logExchange } from '../../vault/exchange-log.js'

type Ctx = Omit<KoaContextWithOIDC, 'oidc'> & { oidc?: KoaContextWithOIDC['oidc'] }

/**
 * Writes an event for every Token Vault exchange. There is no event if a fault replaces the response, because the grant type is then
 * unknown.
 */
export function logExchanges(provider: Provider, context: Context): void {
  provider.use(async (ctx: Ctx, next) => {
    await next()
    const parameters = ctx.oidc?.body ?? {}
    if (parameters.grant_type !== TOKEN_VAULT_GRANT) return
    await logExchange(context, {
      request: {
        of: ctx.req,
        method: ctx.method,
        url: new URL(ctx.path, context.url),
        userAgent: ctx.get('user-agent'),
      },
      parameters,
      clientId: ctx.oidc?.client?.clientId,
      status: ctx.status,
      body: typeof ctx.body === 'object' ? { ...ctx.body } : undefined,
    })
  })
}
