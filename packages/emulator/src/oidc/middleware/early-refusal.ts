import type { components } from '../../generated/authentication.js'

type OAuthError = components['schemas']['OAuthError']

/** An error response of an OAuth endpoint, sent before oidc-provider handles the request. */
export interface EarlyRefusal {
  status: number
  body: OAuthError | Record<string, unknown>
  headers?: Record<string, string>
}

/** Creates an error with the headers of oidc-provider's own responses, so that a script of another origin can read it. */
export function refuseEarly(
  request: Pick<Request, 'headers'>,
  { status, body, headers }: EarlyRefusal,
): Response {
  return Response.json(body, { status, headers: { ...readableBy(request), ...headers } })
}

/** Returns the headers that let a script of another origin read a response. */
export function readableBy(request: Pick<Request, 'headers'>): Record<string, string> {
  return {
    'access-control-allow-origin': request.headers.get('origin') || '*',
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    'cache-control': 'no-store',
  }
}
