import type { AccessToken, AccessTokenRequest } from '../authorization/access-token.js'
import { checkDpop, type Dpop } from '../authorization/dpop.js'
import { checkTimeout, DEFAULT_TIMEOUT, unlessAborted, within } from '../http/abort.js'
import { checkFunction } from '../http/check-function.js'
import type { Fetch } from '../http/fetch.js'
import { hasFields, isSomeText } from '../http/json.js'
import { tenantOrigin } from '../http/url.js'
import {
  checkBound,
  checkScopes,
  createIssuedToken,
  type IssuedToken,
  scopesOf,
  type TokenRequest,
} from './issued-token.js'
import { createRefreshGrant, type RefreshAnswer, type WithDeadline } from './refresh-grant.js'
import {
  createTurns,
  followRefreshToken,
  type RefreshTokenOptions,
} from './refresh-token-rotation.js'
import { createTokenCache } from './token-cache.js'
import { type GrantAnswer, grantError, isTokenResponse } from './token-endpoint.js'

export type { AccessToken, AccessTokenRequest } from '../authorization/access-token.js'
export type { Dpop, DpopProofRequest, DpopProver } from '../authorization/dpop.js'
export type { Fetch } from '../http/fetch.js'

/** Options of {@link refreshTokenSource}. */
export interface RefreshTokenSourceOptions extends RefreshTokenOptions {
  /** The tenant's domain or a custom domain, like `tenant.eu.auth0.com`. For the emulator: `http://localhost:4400`. */
  domain: string
  /** The id of a public client, which is a client without a secret, such as a single-page application. */
  clientId: string
  /** Makes the proofs that bind the tokens to a key. With it, the source never returns a Bearer token. */
  dpop?: Dpop | undefined
  /** Sends the requests. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
  /**
   * How long the source waits for one answer of the token endpoint, and for one call of `refreshToken`, `onRefreshToken` or
   * the prover, in milliseconds. Default: 30,000. Then the call rejects with a `TimeoutError`, and other tabs can refresh.
   */
  timeout?: number | undefined
}

/**
 * Makes the `accessToken` option of `createConnectedAccountsClient` and `createAuthorizedFetch` from the refresh token of
 * one session. It returns a token for any audience and scope that the client's refresh token policies allow (MRRT).
 *
 * A token is reused until 30 seconds before it expires, or for nine tenths of a life under five minutes, by the clock of
 * this machine. Concurrent callers share one request. An abort ends the waiting of its caller, not the request, because the
 * answer may hold the next refresh token. The refreshes of a session take turns, across tabs and workers if the runtime has
 * Web Locks.
 *
 * @returns A function that resolves to an access token. It rejects with the errors below. Errors of the network and of your
 *   own functions pass through unchanged.
 * @throws {TypeError} if an option is wrong or missing.
 * @throws {TokenError} `missing_refresh_token`, if `refreshToken` returns none. Log in again.
 * @throws {TokenError} `insufficient_scope`, if less was granted than requested.
 * @throws {TokenError} `token_not_bound`, if the token is a Bearer token although there is a `dpop`.
 * @throws {TokenError} `unexpected_response`, if the answer is not one of a token endpoint.
 * @throws {TokenError} the `error` of the token endpoint, such as `invalid_grant`, `invalid_target` or `mfa_required`.
 * @throws {DOMException} `TimeoutError`, if something takes longer than `timeout`.
 * @see https://auth0.com/docs/secure/tokens/refresh-tokens/multi-resource-refresh-token
 * @example
 * // Replace `keychain` with your own storage.
 * const accessToken = refreshTokenSource({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'YOUR_CLIENT_ID',
 *   refreshToken: () => keychain.get('refresh token'),
 *   onRefreshToken: (refreshToken) => keychain.set('refresh token', refreshToken),
 * })
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken })
 */
export function refreshTokenSource(
  options: RefreshTokenSourceOptions,
): (request: AccessTokenRequest) => Promise<AccessToken> {
  const { origin, clientId, dpop, fetch, timeout } = checkOptions(options)
  const withDeadline: WithDeadline = (work) => within(Promise.resolve().then(work), timeout)
  const grant = createRefreshGrant({
    origin,
    clientId,
    dpop,
    fetch,
    withDeadline,
    onLateAnswer,
  })
  const rotation = followRefreshToken(options, withDeadline)
  const withRefreshToken = createTurns(() => rotation.current(cache.clear))
  const cache = createTokenCache()
  const pending = new Map<string, Promise<IssuedToken>>()

  function onLateAnswer({ response, body }: GrantAnswer, sent: string): void {
    const successor = newRefreshToken({ response, body })
    withRefreshToken(async (refreshToken) => {
      if (refreshToken === sent) await rotation.replace(successor, () => {})
    }).catch(() => {})
  }

  async function refresh(wanted: TokenRequest, refreshToken: string): Promise<IssuedToken> {
    const cached = cache.get(wanted) // from the refresh that had its turn before
    if (cached) return cached
    const requestedAt = Date.now()
    const answer = await grant({ ...wanted, refreshToken })
    let issued: IssuedToken | undefined
    try {
      issued = readAnswer(answer, wanted, requestedAt)
    } finally {
      // Even if the rest of the answer is unusable, the old refresh token may be used up: the new one is stored first.
      const usable = issued
      await rotation.replace(newRefreshToken(answer), () => usable && cache.add(usable))
    }
    checkScopes(wanted, issued)
    return issued
  }

  return async ({ audience, scope, forceRefresh, rejectedToken, signal }) => {
    signal?.throwIfAborted()
    const wanted = { audience, scope: scopesOf(scope).join(' ') }
    if (forceRefresh) cache.delete(wanted, rejectedToken)
    const cached = cache.get(wanted)
    if (cached) return accessTokenOf(cached)
    const key = JSON.stringify(wanted)
    const shared =
      pending.get(key) ??
      withRefreshToken((refreshToken) => refresh(wanted, refreshToken)).finally(() =>
        pending.delete(key),
      )
    pending.set(key, shared)
    return accessTokenOf(await unlessAborted(shared, signal))
  }
}

function checkOptions(options: RefreshTokenSourceOptions) {
  const { domain, clientId, refreshToken, dpop, fetch, timeout = DEFAULT_TIMEOUT } = options
  const origin = tenantOrigin(domain)
  if (typeof clientId !== 'string' || clientId === '') {
    throw new TypeError('clientId must be the id of a public client of the tenant.')
  }
  if (typeof refreshToken !== 'function') {
    throw new TypeError(
      'refreshToken must be a function that returns the token, because the token may change.',
    )
  }
  checkFunction(options.onRefreshToken, 'onRefreshToken')
  checkFunction(fetch, 'fetch')
  checkDpop(dpop)
  return { origin, clientId, dpop, fetch, timeout: checkTimeout(timeout) }
}

function readAnswer(answer: RefreshAnswer, wanted: TokenRequest, requestedAt: number): IssuedToken {
  const { response, body, hadProof } = answer
  if (!response.ok || !isTokenResponse(body)) throw grantError(answer)
  const issued = createIssuedToken(body, wanted, requestedAt)
  if (hadProof) checkBound(issued, response)
  return issued
}

function newRefreshToken({ response, body }: GrantAnswer): string | undefined {
  return response.ok && hasRefreshToken(body) ? body.refresh_token : undefined
}

function hasRefreshToken(body: unknown): body is { refresh_token: string } {
  return hasFields(body, { refresh_token: isSomeText })
}

function accessTokenOf({ accessToken, tokenType, expiresAt }: IssuedToken): AccessToken {
  return { accessToken, tokenType, expiresAt }
}
