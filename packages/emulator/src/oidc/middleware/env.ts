import type { Context, MiddlewareHandler } from 'hono'
import type { BufferedRequest } from '../../http/buffered-request.js'

/** What Hono's handlers get besides the request: the Node request, for oidc-provider. */
export interface NodeEnv {
  Bindings: { incoming: BufferedRequest }
}

/** Middleware in front of oidc-provider. */
export type OidcMiddleware = MiddlewareHandler<NodeEnv>

/** Sets the response in place of another one. Hono alone would keep the headers of the other one. */
export function replaceResponse(c: Context<NodeEnv>, response: Response): void {
  c.res = undefined
  c.res = response
}
