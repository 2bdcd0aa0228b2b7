import type { Provider } from 'oidc-provider'

/**
 * Sends the JSON of the token endpoint as `application/json`, as Auth0 does. Koa adds a charset, with which auth0-server-python does
 * not read an error.
 */
export function sendPlainJson(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path !== '/oauth/token' || !ctx.response.is('json')) return
    ctx.set('content-type', 'application/json')
  })
}
