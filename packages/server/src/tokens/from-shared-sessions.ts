import { isTokenError } from '@connected-accounts/client'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { type Context, contextOf } from '../context.js'
import { SessionError } from '../errors.js'
import type { Session, SessionOwner } from '../sessions/session.js'
import { exchange, wantedToken } from './connection-token.js'
import type {
  ConnectionTokenRequest,
  UserTokenSources,
  VaultUser,
} from './connection-token-source.js'

/**
 * Creates a function that returns the tokens of users who are logged in, for a job that no request of theirs has started. It uses
 * the refresh tokens of their sessions, under the same lock as their requests, and the same cache.
 *
 * It finds no user who has logged out, and no session that began before the store had its `userIndexSecret`.
 *
 * @param server - A `ServerClient` whose `sessions` are `sharedSessions(store, { lock, userIndexSecret })`.
 * @returns A function that takes a user. Its calls throw `SessionError` `missing_session` if the user has no session.
 * @throws {TypeError} if the server's sessions cannot be found without their cookies, as sessions in cookies.
 * @example
 * ```ts
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis), userIndexSecret })
 * const server = new ServerClient({ ...options, sessions })
 * const exchangeOf = fromSharedSessions(server)
 * const { accessToken } = await exchangeOf({ userId: 'auth0|1' }).getToken({ connection: 'google-oauth2' })
 * ```
 */
export function fromSharedSessions(server: object): UserTokenSources {
  const context = contextOf(server)
  if (!context.sessions.findByUser) {
    throw new TypeError(
      'fromSharedSessions needs sessions that can be found without their cookies. Create the server with ' +
        'sharedSessions(store, { lock, userIndexSecret }), or use privilegedWorker.',
    )
  }
  return (user) => ({ getToken: (request) => getToken(context, user, request) })
}

async function getToken(
  context: Context,
  user: VaultUser,
  request: ConnectionTokenRequest,
): Promise<ConnectionToken> {
  let failure: unknown = loggedOut(user)
  for (const session of await sessionsOf(context, user)) {
    try {
      return await tokenOfSession(context, { session, user, request })
    } catch (error) {
      // The login of another browser may still be valid.
      if (!isTokenError(error) || !LOGIN_IS_OVER.includes(error.code)) throw error
      failure = error
    }
  }
  throw failure
}

const LOGIN_IS_OVER = ['invalid_grant', 'missing_refresh_token']

interface Wanted {
  session: Session
  user: VaultUser
  request: ConnectionTokenRequest
}

async function tokenOfSession(
  context: Context,
  { session, user, request: { scopes = [], ...request } }: Wanted,
): Promise<ConnectionToken> {
  const options = { ...request, scopes: [...scopes] }
  const { sessions, connectionTokens, timeout } = context
  const exchangeNewest = async () => {
    // A request of the user may have refreshed the session meanwhile, or ended it.
    const newest = (await sessionsOf(context, user)).find(({ id }) => id === session.id)
    if (!newest) throw loggedOut(user)
    return exchange(context, newest, options)
  }
  return connectionTokens.get(session, wantedToken(options), () =>
    sessions.runAlone(session.id, exchangeNewest, { timeout }),
  )
}

async function sessionsOf(
  { sessions, options: { clientId } }: Context,
  { userId, orgId }: VaultUser,
): Promise<Session[]> {
  const owner: SessionOwner = { clientId, sub: userId }
  const found = (await sessions.findByUser?.(owner)) ?? []
  return found.filter(({ user }) => orgId === undefined || user.org_id === orgId)
}

function loggedOut({ userId }: VaultUser): SessionError {
  return new SessionError('missing_session', {
    message: `The user ${userId} is not logged in. A job can only use the sessions of users who are.`,
  })
}
