import {
  type AccessToken,
  type AccessTokenRequest,
  isBound,
} from '../authorization/access-token.js'
import { checkDpop, type Dpop } from '../authorization/dpop.js'
import { isTokenError, TokenError } from '../errors/token-error.js'
import { unlessAborted } from '../http/abort.js'
import type { Fetch } from '../http/fetch.js'
import { hasFields, isSomeText } from '../http/json.js'
import { tenantOrigin } from '../http/url.js'
import { runAlone } from '../mutex.js'
import { createRefreshGrant, type RefreshAnswer } from './refresh-grant.js'
import { followRefreshToken, type RefreshTokenOptions } from './refresh-token-rotation.js'
import { createTokenCache, type IssuedToken, scopesOf } from './token-cache.js'
import { grantError } from './token-endpoint.js'
import { isTokenResponse } from './token-responses.js'

export type { AccessToken, AccessTokenRequest } from '../authorization/access-token.js'
export type { Dpop, DpopProofRequest, DpopProver } from '../authorization/dpop.js'
export type { Fetch } from '../http/fetch.js'

/** Options of {@link refreshTokenSource}. */
export interface RefreshTokenSourceOptions extends RefreshTokenOptions {
  /** The tenant's domain, its own or a custom one: `tenant.eu.auth0.com`, or `http://localhost:4400`. */
  domain: string
  /** A public client: one without a secret, such as a single page application. */
  clientId: string
  /** Makes the proofs that bind the tokens to its key; a Bearer token is then never given. */
  dpop?: Dpop | undefined
  /** Sends the requests; by default the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/**
 * Makes the `accessToken` of `createConnectedAccountsClient` and `createAuthorizedFetch` from the refresh token of one
 * session: a token for any audience and scope that the client's policies allow (MRRT). A token is used again until
 * 30 seconds before it expires, or a tenth of a life under five minutes, by the clock of this machine from when it was
 * asked for. Callers at once share one request, and an abort ends the waiting of one of them, not the request, whose
 * answer may hold the next refresh token; it is given up after 30 seconds. All refreshes of a client take turns, across
 * tabs and workers where the runtime has Web Locks.
 *
 * The source throws `TokenError`: `missing_refresh_token`; `insufficient_scope` where less was granted than asked for;
 * `token_not_bound` for a Bearer token in spite of `dpop`; `unexpected_response`; or the `error` that the token
 * endpoint answered, such as `invalid_grant`, `invalid_target` or `mfa_required`.
 *
 * @see https://auth0.com/docs/secure/tokens/refresh-tokens/multi-resource-refresh-token
 */
export function refreshTokenSource(
  options: RefreshTokenSourceOptions,
): (request: AccessTokenRequest) => Promise<AccessToken> {
  const { origin, clientId, grant } = checked(options)
  const lock = `connected-accounts.refresh ${origin} ${clientId}`
  const session = followRefreshToken(options)
  const cache = createTokenCache()
  const underWay = new Map<string, Promise<AccessToken>>()

  async function refresh(wanted: Wanted): Promise<AccessToken> {
    const refreshToken = await session.current(cache.clear)
    const cached = cache.get(wanted) // brought by the refresh before this one
    if (cached) return cached
    const askedAt = Date.now()
    const answer = await grant({ ...wanted, refreshToken })
    const issued = issuedToken(wanted, answer, askedAt)
    // The refresh token comes first, whatever is wrong with the rest: the one before may be used up.
    await session.replace(refreshTokenOf(answer), () => {
      if (!isTokenError(issued)) cache.add(issued)
    })
    if (isTokenError(issued)) throw issued
    checkScopes(wanted, issued)
    return issued.token
  }
  return async ({ audience, scope, forceRefresh, rejectedToken, signal }) => {
    signal?.throwIfAborted()
    const wanted = { audience, scope: scopesOf(scope).sort().join(' ') }
    if (forceRefresh) cache.delete(wanted, rejectedToken)
    const cached = cache.get(wanted)
    if (cached) return cached
    const key = JSON.stringify(wanted)
    const shared =
      underWay.get(key) ?? runAlone(lock, () => refresh(wanted)).finally(() => underWay.delete(key))
    underWay.set(key, shared)
    return unlessAborted(shared, signal)
  }
}

type Wanted = Pick<AccessTokenRequest, 'audience' | 'scope'>

function checked({ domain, clientId, refreshToken, dpop, fetch }: RefreshTokenSourceOptions) {
  const origin = tenantOrigin(domain)
  if (typeof clientId !== 'string' || clientId === '') throw new TypeError('clientId is missing.')
  if (typeof refreshToken !== 'function') {
    throw new TypeError('refreshToken must be a function: the token is asked for anew each time.')
  }
  checkDpop(dpop)
  return { origin, clientId, grant: createRefreshGrant({ origin, clientId, dpop, fetch }) }
}

const MARGIN = 30_000

/** The token of an answer, or why there is none. */
function issuedToken(wanted: Wanted, answer: RefreshAnswer, askedAt: number) {
  const { response, body, proven } = answer
  if (!response.ok || !isTokenResponse(body)) return grantError(answer)
  const { access_token: accessToken, token_type: tokenType } = body
  if (proven && !isBound({ accessToken, tokenType })) return notBound(response)
  const life = body.expires_in * 1000
  const expiresAt = askedAt + life
  const issued: IssuedToken = {
    audience: wanted.audience,
    scopes: scopesOf(body.scope ?? wanted.scope), // left out where all was granted (RFC 6749 §5.1)
    token: { accessToken, tokenType, expiresAt },
    usableUntil: expiresAt - Math.min(MARGIN, life / 10),
  }
  return issued
}

function refreshTokenOf({ response, body }: RefreshAnswer): string | undefined {
  return response.ok && hasRefreshToken(body) ? body.refresh_token : undefined
}

function hasRefreshToken(body: unknown): body is { refresh_token: string } {
  return hasFields(body, { refresh_token: isSomeText })
}

function checkScopes({ audience, scope }: Wanted, { scopes }: IssuedToken): void {
  const missing = scopesOf(scope).filter((one) => !scopes.includes(one))
  if (missing.length === 0) return
  throw new TokenError('insufficient_scope', {
    message:
      `The authorization server did not grant ${missing.join(' ')} for ${audience}: allow it for the application ` +
      "and in its refresh token policy (MRRT), and for the user where the API's permissions are enforced.",
  })
}

function notBound(response: Response): TokenError {
  return new TokenError('token_not_bound', {
    message: 'A `dpop` was given, but the token endpoint answered a Bearer token: it is not used.',
    response,
  })
}
