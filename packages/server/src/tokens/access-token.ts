import { type AccessToken, TokenError } from '@connected-accounts/client'
import {
  checkBound,
  checkScopes,
  createIssuedToken,
  type IssuedToken,
  isUsableFor,
  scopesOf,
  type TokenRequest,
} from '@connected-accounts/client/internal'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { Session } from '../sessions/session.js'
import type { RefreshOutcome } from '../tenant/refresh-grant.js'

/** Options of {@link ServerClient.getAccessToken}. */
export interface GetAccessTokenOptions {
  /** The API that the token is for. Default: the `audience` of the server client's `authorizationParams`. */
  audience?: string | undefined
  /** The scopes that you need, separated by spaces. Default: every scope that the tenant grants. */
  scope?: string | undefined
  /** True if the API has just rejected the token of the session: get another one. */
  forceRefresh?: boolean | undefined
  /** The token that the API rejected, with `forceRefresh`. If the session has another one by now, no refresh is made. */
  rejectedToken?: string | undefined
}

/** See {@link ServerClient.getAccessToken}. */
export async function getAccessToken(
  context: Context,
  options: GetAccessTokenOptions,
  storeOptions: StoreOptions,
): Promise<AccessToken> {
  const { audience = context.options.authorizationParams.audience ?? '', scope = '' } = options
  const { forceRefresh = false, rejectedToken } = options
  const wanted = { audience, scope }
  const session = await context.needSession(storeOptions)
  const cached = usableToken(session, wanted)
  if (cached && (!forceRefresh || isOther(cached, rejectedToken))) return accessTokenOf(cached)
  const work = async (claim: Claim) => {
    const newest = await context.needSession(storeOptions)
    const token = usableToken(newest, wanted)
    // An earlier refresh may have already replaced the rejected token.
    const rejected = rejectedToken ?? cached?.accessToken
    if (token && (!forceRefresh || token.accessToken !== rejected)) return accessTokenOf(token)
    return accessTokenOf(await refresh(context, { session: newest, wanted, storeOptions, claim }))
  }
  return context.sessions.runAlone(session.id, work, { timeout: context.timeout })
}

type Claim = (session: Session) => Promise<void>

function usableToken({ tokens }: Session, wanted: TokenRequest): IssuedToken | undefined {
  return tokens.find((token) => isUsableFor(wanted, token))
}

/** True if it is known which token was rejected, and it is not this one. */
function isOther({ accessToken }: IssuedToken, rejectedToken: string | undefined): boolean {
  return rejectedToken !== undefined && accessToken !== rejectedToken
}

function accessTokenOf({ accessToken, tokenType, expiresAt }: IssuedToken): AccessToken {
  return { accessToken, tokenType, expiresAt }
}

interface RefreshOptions {
  session: Session
  wanted: TokenRequest
  storeOptions: StoreOptions
  claim: Claim
}

async function refresh(context: Context, options: RefreshOptions): Promise<IssuedToken> {
  const { session, wanted, storeOptions, claim } = options
  const { refreshToken, user: owner, domain } = session
  if (!refreshToken) throw missingRefreshToken()
  const server = await context.tenantAt(domain)
  const requested = withEarlierScopes(wanted, session)
  const requestedAt = Date.now()

  async function keep(outcome: RefreshOutcome): Promise<IssuedToken> {
    const changed = { ...session, revision: session.revision + 1 }
    if (outcome.refreshToken !== undefined) changed.refreshToken = outcome.refreshToken
    try {
      if ('error' in outcome) throw outcome.error
      const token = createIssuedToken(outcome.answer, requested, requestedAt)
      if (server.dpop) checkBound(token)
      const others = session.tokens.filter((other) => other.audience !== wanted.audience)
      changed.tokens = [...others, token]
      checkScopes(wanted, token)
      return token
    } finally {
      // Even if the rest of the answer is unusable, the old refresh token may be used up: the new one is kept.
      const isChanged = outcome.refreshToken !== undefined || changed.tokens !== session.tokens
      if (isChanged) await context.keepSession(storeOptions, changed)
    }
  }

  const outcome = await server.refresh({
    ...requested,
    refreshToken,
    owner,
    claim: () => claim(session),
    onLateOutcome: (late) => keep(late).catch(() => {}),
  })
  return keep(outcome)
}

/** Adds the scopes of the session's token for this API: the session has one token for each API, which serves all callers. */
function withEarlierScopes({ audience, scope }: TokenRequest, { tokens }: Session): TokenRequest {
  const before = tokens.find((token) => token.audience === audience)
  if (!scope || !before) return { audience, scope }
  return { audience, scope: [...new Set(scopesOf(`${before.scope} ${scope}`))].join(' ') }
}

/** Returns the error for a session without a refresh token. */
export function missingRefreshToken(): TokenError {
  return new TokenError('missing_refresh_token', {
    message:
      'The session has no refresh token. Log in with `offline_access` among the scopes, for an API that allows offline access.',
  })
}
