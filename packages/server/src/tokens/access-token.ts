import { type AccessToken, TokenError } from '@connected-accounts/client'
import { refreshTokenGrant, type TokenEndpointResponse } from 'openid-client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { busy } from '../sessions/refresh-lock.js'
import type { IssuedToken, Session } from '../sessions/session.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'
import {
  issuedToken,
  missingScopes,
  scopesOf,
  usableToken,
  type Wanted,
} from '../tenant/issued-token.js'
import { tenantError } from '../tenant/tenant-error.js'

/** Options of {@link ServerClient.getAccessToken}. */
export interface GetAccessTokenOptions {
  /** The API that the token is for; by default that of the login. */
  audience?: string | undefined
  /** The scopes that it needs, separated by spaces; by default whatever is granted. */
  scope?: string | undefined
  /** True when the cached token has just been refused: get a new one. */
  forceRefresh?: boolean | undefined
}

/** See {@link ServerClient.getAccessToken}. */
export async function getAccessToken(
  context: Context,
  options: GetAccessTokenOptions,
  storeOptions: StoreOptions,
): Promise<AccessToken> {
  const { audience = context.options.authorizationParams.audience ?? '', scope = '' } = options
  const wanted = { audience, scope }
  const session = await context.needSession(storeOptions)
  const cached = usableToken(session, wanted)
  if (cached && !options.forceRefresh) return presentable(cached)
  return context.sessions.runAlone(session.id, async (isAlone) => {
    const newest = await context.needSession(storeOptions)
    const token = usableToken(newest, wanted)
    // Brought by the refresh before this one; where a fresh one is wanted, another than the refused one.
    if (token && !(options.forceRefresh && token.accessToken === cached?.accessToken)) {
      return presentable(token)
    }
    await context.tenantAt(newest.domain) // found out before it is asked whether this may go on
    if (!isAlone()) throw busy()
    return presentable(await refresh(context, newest, wanted, storeOptions))
  })
}

function presentable({ accessToken, tokenType, expiresAt }: IssuedToken): AccessToken {
  return { accessToken, tokenType, expiresAt }
}

async function refresh(
  context: Context,
  session: Session,
  wanted: Wanted,
  storeOptions: StoreOptions,
): Promise<IssuedToken> {
  if (!session.refreshToken) throw missingRefreshToken()
  const server = await context.tenantAt(session.domain)
  const changed = { ...session, revision: session.revision + 1 }
  const askedAt = Date.now()
  try {
    const answer = await grant(server, session.refreshToken, withEarlierScopes(wanted, session))
    const token = issuedToken(answer, wanted, { askedAt, bound: !!server.dpop })
    changed.tokens = [
      ...session.tokens.filter((other) => other.audience !== wanted.audience),
      token,
    ]
    checkScopes(wanted, token)
    return token
  } finally {
    // Whatever is wrong with the answer: the refresh token before may be used up.
    const rotated = server.rotations.take(session.refreshToken)
    if (rotated !== undefined) changed.refreshToken = rotated
    if (rotated !== undefined || changed.tokens !== session.tokens) {
      await context.keepSession(storeOptions, changed)
    }
  }
}

/** With the scopes of the audience's token before: there is one token for each audience, which serves all its callers. */
function withEarlierScopes({ audience, scope }: Wanted, { tokens }: Session): Wanted {
  const before = tokens.find((token) => token.audience === audience)
  if (!scope || !before) return { audience, scope }
  return { audience, scope: [...new Set(scopesOf(`${before.scope} ${scope}`))].join(' ') }
}

async function grant(
  { config, dpopOptions }: AuthorizationServer,
  refreshToken: string,
  { audience, scope }: Wanted,
): Promise<TokenEndpointResponse> {
  const parameters = { ...(audience && { audience }), ...(scope && { scope }) }
  try {
    return await refreshTokenGrant(config, refreshToken, parameters, dpopOptions)
  } catch (error) {
    throw await tenantError(error)
  }
}

/** What to throw where a session cannot have other tokens than it has. */
export function missingRefreshToken(): TokenError {
  return new TokenError('missing_refresh_token', {
    message:
      'The session has no refresh token: log in with offline_access among the scopes, for an API that allows it.',
  })
}

function checkScopes(wanted: Wanted, token: IssuedToken): void {
  const missing = missingScopes(wanted, token)
  if (missing.length === 0) return
  throw new TokenError('insufficient_scope', {
    message:
      `The tenant did not grant ${missing.join(' ')} for ${wanted.audience}: allow it for the application and in its ` +
      "refresh token policy (MRRT), and for the user where the API's permissions are enforced.",
  })
}
