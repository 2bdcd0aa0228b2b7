import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/** Returns the path of a request without a slash at its end. oidc-provider's routes ignore it, so all others must do so, too. */
export function plainPath(request: Request): string {
  return new URL(request.url).pathname.replace(/([^/])\/$/, '$1')
}

/**
 * Responds with 404 to uppercase letters in a path. oidc-provider's routes ignore the case, but faults, nonces and logouts must
 * recognize every request to its endpoints.
 */
export const requireLowercase: OidcMiddleware = async (c, next) => {
  const route = c.req.path.replace(/^\/(authorize|u\/login|u\/consent)\/[^/]+$/, '')
  if (!/[A-Z]/.test(route)) return next()
  const error_description = `There is nothing at ${c.req.path}; paths are lowercase`
  return refuseEarly(c.req.raw, {
    status: 404,
    body: { error: 'invalid_request', error_description },
  })
}
