import type { KoaContextWithOIDC } from 'oidc-provider'
import type { components } from '../generated/authentication.js'

type OAuthError = components['schemas']['OAuthError']

/** What it is answered on. */
export type EarlyContext = Pick<KoaContextWithOIDC, 'status' | 'body' | 'get' | 'set'>

/** An error with which an OAuth endpoint answers before oidc-provider looks at the request. */
export interface EarlyRefusal {
  status: number
  body: OAuthError & Record<string, unknown>
  headers?: Record<string, string>
}

/** Refuses with the headers that oidc-provider's own answers have, so that a script reads as much of this one. */
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
