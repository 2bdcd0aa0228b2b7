import { within } from '@connected-accounts/client/internal'
import {
  type ConnectionToken,
  exchangeConnectionToken,
} from '@connected-accounts/client/token-vault'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { WantedToken } from '../sessions/connection-token-cache.js'
import type { Session } from '../sessions/session.js'
import { missingRefreshToken } from './access-token.js'

/** Options of {@link ServerClient.getAccessTokenForConnection}. */
export interface GetAccessTokenForConnectionOptions {
  /** The name of the connection, like `google-oauth2`. */
  connection: string
  /** Chooses among several accounts of the connection. */
  loginHint?: string | undefined
  /** Fewer scopes than the account has. Auth0 does not document this for this exchange. Default: all scopes. */
  scopes?: string[] | undefined
  /** The token that the provider has just rejected. If the cache has it, another one is exchanged. */
  rejectedToken?: string | undefined
}

/** See {@link ServerClient.getAccessTokenForConnection}. */
export async function getAccessTokenForConnection(
  context: Context,
  options: GetAccessTokenForConnectionOptions,
  storeOptions: StoreOptions,
): Promise<ConnectionToken> {
  const session = await context.needSession(storeOptions)
  return context.connectionTokens.get(session, wantedToken(options), () =>
    exchange(context, session, options),
  )
}

/** Returns the name under which the token is cached. */
export function wantedToken(options: GetAccessTokenForConnectionOptions): WantedToken {
  const { connection, loginHint = '', scopes = [], rejectedToken } = options
  return { key: JSON.stringify([connection, loginHint, scopes.toSorted()]), rejectedToken }
}

/** Exchanges the session's refresh token, without the cache. @internal */
export function exchange(
  { options, timeout }: Context,
  { domain, refreshToken }: Session,
  { connection, loginHint, scopes }: GetAccessTokenForConnectionOptions,
): Promise<ConnectionToken> {
  if (!refreshToken) throw missingRefreshToken()
  const exchanged = exchangeConnectionToken({
    domain,
    clientId: options.clientId,
    clientAuth: options,
    subjectToken: refreshToken,
    subjectTokenType: 'refresh_token',
    connection,
    loginHint,
    scopes,
    fetch: options.fetch,
    signal: AbortSignal.timeout(timeout),
  })
  return within(exchanged, timeout) // in case `fetch` ignores its signal
}
