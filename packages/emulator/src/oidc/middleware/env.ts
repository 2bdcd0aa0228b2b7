import type { ServerResponse } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import type { BufferedRequest } from '../../http/buffered-request.js'

/** What Hono's handlers get besides the request: the Node request and response, for oidc-provider. */
export interface NodeEnv {
  Bindings: { incoming: BufferedRequest; outgoing: ServerResponse }
}

/** Middleware in front of oidc-provider. */
export type OidcMiddleware = MiddlewareHandler<NodeEnv>
