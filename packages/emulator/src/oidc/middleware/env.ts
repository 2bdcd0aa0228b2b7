import type { MiddlewareHandler } from 'hono'
import type { BufferedRequest } from '../../http/buffered-request.js'

/** What Hono's handlers get besides the request: the Node request, for oidc-provider. */
export interface NodeEnv {
  Bindings: { incoming: BufferedRequest }
}

/** Middleware in front of oidc-provider. */
export type OidcMiddleware = MiddlewareHandler<NodeEnv>
