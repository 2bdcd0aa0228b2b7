import { CORS_HEADERS } from '../../tenant/clients.js'
import type { OidcMiddleware } from './env.js'

/** Limits the request headers of other origins to those that Auth0's SDKs send. oidc-provider would allow any. */
export const narrowPreflights: OidcMiddleware = async (c, next) => {
  await next()
  const { headers } = c.res
  if (!headers.get('access-control-allow-headers')) return
  headers.set('access-control-allow-headers', CORS_HEADERS.join(','))
}
