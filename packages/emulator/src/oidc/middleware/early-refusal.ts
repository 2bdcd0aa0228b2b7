import type { KoaContextWithOIDC } from 'oidc-provider'
import type { components } from '../../generated/authentication.js'

type OAuthError = components['schemas']['OAuthError']

/** The parts of a Koa context that an early refusal uses. */
export type EarlyContext = Pick<KoaContextWithOIDC, 'status' | 'body' | 'get' | 'set'>

/** An error response of an OAuth endpoint, sent before oidc-provider handles the request. */
export interface EarlyRefusal {
  status: number
  body: OAuthError & Record<string, unknown>
  headers?: Record<string, string>
}

/** Sends an error with the headers of oidc-provider's own responses, so that a script of another origin can read it. */
export function refuseEarly(ctx: EarlyContext, { status, body, headers }: EarlyRefusal): void {
  ctx.status = status
  ctx.set({
    'access-control-allow-origin': ctx.get('origin') || '*',
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    'cache-control': 'no-store',
    ...headers,
  })
  ctx.body = body
}
