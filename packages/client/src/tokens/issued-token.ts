import { isBound } from '../authorization/access-token.js'
import { TokenError } from '../errors/token-error.js'

/** The API and the scopes that a token is requested for. */
export interface TokenRequest {
  /** The API's identifier. Empty for the token of a login without an audience. */
  audience: string
  /** The scopes that the caller needs, separated by spaces. */
  scope: string
}

/** An access token from Auth0, and what it is for. It survives JSON. */
export interface IssuedToken {
  /** The API that the token is for. Empty for the token of a login without an audience. */
  audience: string
  /** The granted scopes, separated by spaces. */
  scope: string
  accessToken: string
  /** `Bearer` or `DPoP`. */
  tokenType: string
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number
  /** Until when the token is handed out, in milliseconds since the epoch: a little less than `expiresAt`. */
  usableUntil: number
}

/** The fields of a successful token response (RFC 6749 §5.1) that an {@link IssuedToken} is made of. */
export interface TokenResponseFields {
  access_token: string
  token_type: string
  /** Seconds. Auth0 always sends it. */
  expires_in?: number | undefined
  scope?: string | undefined
}

const MAX_MARGIN = 30_000

/**
 * Returns until when a token may be handed out, in milliseconds since the epoch: 30 seconds before it expires, or a tenth of
 * its life if the life is shorter than five minutes.
 *
 * @param expiresAt - When the token expires, in milliseconds since the epoch.
 * @param life - How long the token lives in all, in milliseconds. Leave it out if it is unknown.
 * @internal
 */
export function usableUntil(expiresAt: number, life = Number.POSITIVE_INFINITY): number {
  return expiresAt - Math.min(MAX_MARGIN, life / 10)
}

/**
 * Makes the record of a token that was just issued. The clock of this machine counts, from the moment of the request.
 *
 * @param response - The answer of the token endpoint. Without `expires_in` the token counts as expired.
 * @param request - What the token was requested for. If the answer has no `scope`, all of it was granted (RFC 6749 §5.1).
 * @param requestedAt - When the request was sent, in milliseconds since the epoch.
 * @internal
 */
export function createIssuedToken(
  response: TokenResponseFields,
  request: TokenRequest,
  requestedAt: number,
): IssuedToken {
  const { access_token: accessToken, expires_in = 0 } = response
  const isDpop = isBound({ accessToken, tokenType: response.token_type })
  const life = expires_in * 1000
  const expiresAt = requestedAt + life
  return {
    audience: request.audience,
    scope: response.scope ?? request.scope,
    accessToken,
    tokenType: isDpop ? 'DPoP' : 'Bearer',
    expiresAt,
    usableUntil: usableUntil(expiresAt, life),
  }
}

/**
 * Returns the scopes of a text that separates them by spaces.
 *
 * @internal
 */
export function scopesOf(text: string): string[] {
  return text.split(' ').filter(Boolean)
}

/**
 * True if a token can serve a request now: it is for the same API, has all the scopes and has not expired.
 *
 * @internal
 */
export function isUsableFor(request: TokenRequest, token: IssuedToken): boolean {
  return token.usableUntil > Date.now() && covers(request, token)
}

/**
 * True if a token is for the request's API and has all its scopes, whether it has expired or not.
 *
 * @internal
 */
export function covers(request: TokenRequest, token: IssuedToken): boolean {
  return token.audience === request.audience && missingScopes(request, token).length === 0
}

/**
 * Checks that a token has all the scopes that it was requested for.
 *
 * @throws {TokenError} `insufficient_scope`, if one is missing.
 * @internal
 */
export function checkScopes(request: TokenRequest, token: IssuedToken): void {
  const missing = missingScopes(request, token)
  if (missing.length === 0) return
  throw new TokenError('insufficient_scope', {
    message:
      `The tenant did not grant ${missing.join(' ')} for ${request.audience}. Allow it for the application and in its ` +
      "refresh token policy (MRRT), and for the user if the API's permissions are enforced (RBAC).",
  })
}

/**
 * Checks that a token which was requested with a DPoP proof is bound to the key.
 *
 * @throws {TokenError} `token_not_bound`, if it is a Bearer token.
 * @internal
 */
export function checkBound(token: IssuedToken, response?: Response): void {
  if (isBound(token)) return
  throw new TokenError('token_not_bound', {
    message:
      'The request had a DPoP proof, but the token endpoint returned a Bearer token, which is not used. Switch on ' +
      'sender constraining (DPoP) for the API and the application, or configure no DPoP key.',
    ...(response && { response }),
  })
}

function missingScopes({ scope }: TokenRequest, token: IssuedToken): string[] {
  const granted = scopesOf(token.scope)
  return scopesOf(scope).filter((one) => !granted.includes(one))
}
