import type { Provider } from 'oidc-provider'
import { CORS_HEADERS } from '../../tenant/clients.js'

/** Limits the request headers of other origins to those that Auth0's SDKs send. oidc-provider would allow any. */
export function narrowPreflights(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const allowed = ctx.response.get('access-control-allow-headers')
    if (ctx.method !== 'OPTIONS' || !allowed) return
    ctx.set('access-control-allow-headers', CORS_HEADERS.join(','))
  })
}
