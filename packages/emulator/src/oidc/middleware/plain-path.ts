import type { Provider } from 'oidc-provider'
import { refuseEarly } from './early-refusal.js'

/**
 * Removes a slash at the end of a path, and responds with 404 to uppercase letters. oidc-provider's routes ignore both, but faults,
 * nonces and logouts must recognize every request to its endpoints.
 */
export function requirePlainPaths(provider: Provider): void {
  provider.use((ctx, next) => {
    ctx.path = ctx.path.replace(/([^/])\/$/, '$1')
    const route = ctx.path.replace(
      /^\/(authorize|u\/login|u\/mfa-otp-challenge|u\/consent|mfa\/authenticators)\/[^/]+$/,
      '',
    )
    if (!/[A-Z]/.test(route)) return next()
    const error_description = `There is nothing at ${ctx.path}; paths are lowercase`
    refuseEarly(ctx, { status: 404, body: { error: 'invalid_request', error_description } })
  })
}
