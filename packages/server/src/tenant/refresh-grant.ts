import { type Fetch, isTokenError, TokenError } from '@connected-accounts/client'
import { type TokenRequest, within } from '@connected-accounts/client/internal'
import { LRUCache } from 'lru-cache'
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  clockTolerance,
  customFetch,
  type DPoPHandle,
  getValidatedIdTokenClaims,
  isDPoPNonceError,
  type JWKSCacheInput,
  jwksCache,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateApplicationLevelSignature,
} from 'oauth4webapi'
import { tenantError } from './tenant-error.js'

/** The user whose tokens are refreshed. */
export interface RefreshOwner {
  sub: string
  org_id?: string | undefined
}

/** One refresh. */
export interface Refresh extends TokenRequest {
  refreshToken: string
  /** An ID token in the answer must be this user's. */
  owner: RefreshOwner
  /** Called right before the refresh token is sent. If it rejects, nothing is sent. */
  claim(): Promise<void>
  /** Called if the tenant's answer comes after the time is over, from a `fetch` that ignored its signal. */
  onLateOutcome(outcome: RefreshOutcome): void
}

/** The result of a refresh that the tenant has answered. */
export type RefreshOutcome = {
  /** Replaces the refresh token that was sent, which may be used up. Keep it, whatever else is wrong with the answer. */
  refreshToken?: string | undefined
} & ({ answer: TokenEndpointResponse } | { error: unknown })

/** Refreshes tokens (RFC 6749 §6). Rejects if there was no answer in time. */
export type RefreshGrant = (refresh: Refresh) => Promise<RefreshOutcome>

/** Where, and as whom, refreshes are sent. */
export interface RefreshGrantOptions {
  metadata: AuthorizationServer
  clientId: string
  clientAuth: ClientAuth
  dpop: DPoPHandle | undefined
  /** True for plain http, which is allowed on loopback addresses only. */
  isPlain: boolean
  /** How long one refresh may take, in milliseconds. */
  timeout: number
  /** Returns the tenant's keys, if they were fetched before. */
  knownKeys(): JWKSCacheInput | undefined
}

/** How far the tenant's clock may differ, in seconds: as much as openid-client allows at the login. */
const CLOCK_TOLERANCE = 30
const MAX_DEAD_TOKENS = 1000
/** How long a refused refresh token is not sent again, in milliseconds. */
const DEAD_TOKEN_LIFE = 60_000

/**
 * Creates the refresh grants of an application, one for each of the tenant's domains. A refresh token that was refused with
 * `invalid_grant` is not sent again for the same API for a minute, however many requests of its session come.
 *
 * @param send - Sends the requests.
 */
export function createRefreshGrants(send: Fetch): (options: RefreshGrantOptions) => RefreshGrant {
  const deadTokens = new LRUCache<string, TokenError>({
    max: MAX_DEAD_TOKENS,
    ttl: DEAD_TOKEN_LIFE,
  })
  return (options) => {
    const refreshOnce = createRefresh(options, send)
    return async (refresh) => {
      const key = JSON.stringify([refresh.refreshToken, refresh.audience])
      const refusal = deadTokens.get(key)
      if (refusal) return { error: refusal }
      await refresh.claim()
      const outcome = await inTime(refreshOnce(refresh), options.timeout, refresh.onLateOutcome)
      if ('error' in outcome && isInvalidGrant(outcome.error)) {
        deadTokens.set(key, outcome.error)
      }
      return outcome
    }
  }
}

/** Waits for an outcome; passes one that comes after the time is over to `onLate`. */
async function inTime(
  refreshed: Promise<RefreshOutcome>,
  timeout: number,
  onLate: (outcome: RefreshOutcome) => void,
): Promise<RefreshOutcome> {
  try {
    return await within(refreshed, timeout)
  } catch (error) {
    refreshed.then(onLate, () => {})
    throw error
  }
}

function isInvalidGrant(error: unknown): error is TokenError {
  return isTokenError(error) && error.code === 'invalid_grant'
}

function createRefresh(options: RefreshGrantOptions, send: Fetch): RefreshGrant {
  const { metadata, clientId, clientAuth, dpop, isPlain, timeout, knownKeys } = options
  const client: Client = { client_id: clientId, [clockTolerance]: CLOCK_TOLERANCE }
  const transport = (signal: AbortSignal) => ({
    [allowInsecureRequests]: isPlain,
    [customFetch]: (url: string, init: object) => send(new Request(url, init)),
    signal,
  })

  async function request(
    { refreshToken, audience, scope }: Refresh,
    signal: AbortSignal,
  ): Promise<Response> {
    const additionalParameters = { ...(audience && { audience }), ...(scope && { scope }) }
    const sendOnce = () =>
      refreshTokenGrantRequest(metadata, client, clientAuth, refreshToken, {
        ...transport(signal),
        additionalParameters,
        ...(dpop && { DPoP: dpop }),
      })
    const response = await sendOnce()
    if (!dpop || response.ok) return response
    const processed = processRefreshTokenResponse(metadata, client, response.clone())
    const isChallenge = await processed.then(() => false, isDPoPNonceError)
    return isChallenge ? sendOnce() : response // the handle has the nonce of the challenge by now
  }

  async function checkSignature(response: Response, signal: AbortSignal): Promise<void> {
    const keys = { [jwksCache]: knownKeys() ?? {} }
    await validateApplicationLevelSignature(metadata, response, { ...transport(signal), ...keys })
  }

  return async (refresh) => {
    const signal = AbortSignal.timeout(timeout)
    const response = await request(refresh, signal)
    // oauth4webapi refuses an answer as a whole, even if the refresh token in it is the only good one by now.
    const refreshToken = await refreshTokenOf(response.clone())
    try {
      const answer = await processRefreshTokenResponse(metadata, client, response)
      // The refresh token of another user is not kept either.
      if (!isOf(refresh.owner, answer)) return { error: otherUser(response) }
      if (answer.id_token) await checkSignature(response, signal)
      return { refreshToken, answer }
    } catch (error) {
      return { refreshToken, error: await tenantError(error) }
    }
  }
}

async function refreshTokenOf(response: Response): Promise<string | undefined> {
  if (!response.ok) return undefined
  const body: unknown = await response.json().catch(() => undefined) // oauth4webapi reports what is not JSON
  const { refresh_token }: { refresh_token?: unknown } = Object(body)
  return typeof refresh_token === 'string' && refresh_token ? refresh_token : undefined
}

/** True if an answer has no ID token or that of this user (OpenID Connect Core §12.2); oauth4webapi checks `iss` and `aud`. */
function isOf({ sub, org_id }: RefreshOwner, answer: TokenEndpointResponse): boolean {
  const claims = getValidatedIdTokenClaims(answer)
  return !claims || (claims.sub === sub && claims.org_id === org_id)
}

function otherUser(response: Response): TokenError {
  return new TokenError('unexpected_response', {
    message:
      'The tenant answered a refresh with the ID token of another user or organization. Nothing of the answer is used; ' +
      'log in again.',
    response,
  })
}
