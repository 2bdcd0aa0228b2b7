import type { Provider } from 'oidc-provider'
import { refuseEarly } from './early-refusal.js'

/**
 * Drops a slash at the end of a path, and answers 404 to capitals. oidc-provider's routes look at neither, but faults, nonces
 * and logouts must find every request that gets to one of its endpoints.
 */
export function requirePlainPaths(provider: Provider): void {
  provider.use((ctx, next) => {
    ctx.path = ctx.path.replace(/([^/])\/$/, '$1')
    const route = ctx.path.replace(/^\/(authorize|u\/login|u\/consent)\/[^/]+$/, '')
    if (!/[A-Z]/.test(route)) return next()
    const error_description = `There is nothing at ${ctx.path}; paths are lowercase`
    refuseEarly(ctx, { status: 404, body: { error: 'invalid_request', error_description } })
  })
}
