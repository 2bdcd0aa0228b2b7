import type { Provider } from 'oidc-provider'
import { CORS_HEADERS } from '../origins.js'

/** Lets pages of other origins send the headers that Auth0's SDKs send, and no other: oidc-provider allows any. */
export function narrowPreflights(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const allowed = ctx.response.get('access-control-allow-headers')
    if (ctx.method !== 'OPTIONS' || !allowed) return
    ctx.set('access-control-allow-headers', CORS_HEADERS.join(','))
  })
}
