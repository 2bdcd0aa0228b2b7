import { TokenError } from '@connected-accounts/client'
import type { TokenEndpointResponse } from 'openid-client'
import type { IssuedToken, Session } from '../sessions/session.js'

/** What a token is asked for. */
export interface Wanted {
  audience: string
  /** Separated by spaces. */
  scope: string
}

const MARGIN = 30_000
/** Seconds that a token lives where the answer does not say; Auth0 always does. */
const NO_LIFE = 0

/**
 * The token of an answer. Handed out until 30 seconds before it expires, a token of less than five minutes for nine tenths
 * of its life. Throws `TokenError` `token_not_bound` where it should be bound to a key and is not.
 */
export function issuedToken(
  answer: TokenEndpointResponse,
  wanted: Wanted,
  { askedAt, bound }: { askedAt: number; bound: boolean },
): IssuedToken {
  const { access_token: accessToken, token_type, expires_in = NO_LIFE, scope } = answer
  const isBound = token_type.toLowerCase() === 'dpop'
  if (bound && !isBound) {
    const message =
      'A dpopKeyPair was given, but the tenant answered a Bearer token: it is not used.'
    throw new TokenError('token_not_bound', { message })
  }
  const life = expires_in * 1000
  const expiresAt = askedAt + life
  return {
    audience: wanted.audience,
    scope: scope ?? wanted.scope, // left out where all was granted (RFC 6749 §5.1)
    accessToken,
    tokenType: isBound ? 'DPoP' : 'Bearer',
    expiresAt,
    usableUntil: expiresAt - Math.min(MARGIN, life / 10),
  }
}

/** The session's token for this, where it has a usable one with at least these scopes. */
export function usableToken({ tokens }: Session, wanted: Wanted): IssuedToken | undefined {
  return tokens.find(
    (token) =>
      token.audience === wanted.audience &&
      token.usableUntil > Date.now() &&
      missingScopes(wanted, token).length === 0,
  )
}

/** What was asked for and not granted. */
export function missingScopes(wanted: Wanted, { scope }: IssuedToken): string[] {
  const granted = scopesOf(scope)
  return scopesOf(wanted.scope).filter((one) => !granted.includes(one))
}

/** The scopes of a text that separates them by spaces. */
export function scopesOf(text: string): string[] {
  return text.split(' ').filter(Boolean)
}
