import type { Provider } from 'oidc-provider'
import { CORS_HEADERS } from '../../tenant/clients.js'

/** Changes headers of oidc-provider's responses to those of Auth0. */
export function correctHeaders(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    // oidc-provider would allow any request header of other origins. Auth0 allows those that its SDKs send.
    if (ctx.method === 'OPTIONS' && ctx.response.get('access-control-allow-headers')) {
      ctx.set('access-control-allow-headers', CORS_HEADERS.join(','))
    }
    // Koa adds a charset, with which auth0-server-python does not read an error. Auth0 sends none.
    if (ctx.path === '/oauth/token' && ctx.response.is('json')) {
      ctx.set('content-type', 'application/json')
    }
  })
}
