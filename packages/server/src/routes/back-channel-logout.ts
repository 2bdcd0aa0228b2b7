import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Context, contextOf } from '../context.js'
import { isSessionError } from '../errors.js'
import { verifyLogoutToken } from '../login/logout-token.js'
import { SESSION_LIFETIME } from '../options.js'
import type { ServerClient } from '../server-client.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'
import { readForm } from './request-body.js'
import type { Route } from './routes.js'

const MAX_DOMAINS = 100

/**
 * Makes the route that the tenant tells of logouts, by a POST of a logout token (OpenID Connect Back-Channel Logout 1.0): it
 * ends the session of the token's `sid`, or without one all sessions of its `sub`, on every machine. It answers 200; or 400
 * with an `error` where the token is refused or the sessions could not be ended. Throws a TypeError where sessions live in
 * cookies, which nobody can end from afar.
 *
 * @see https://auth0.com/docs/authenticate/login/logout/back-channel-logout
 */
export function createBackChannelLogout(server: ServerClient): Route {
  const context = contextOf(server)
  if (!context.sessions.end) {
    throw new TypeError(
      'Sessions in cookies cannot be ended by a back-channel logout: give the ServerClient sessions: sharedSessions(…).',
    )
  }
  const keysOf = createKeys(context)
  return async (request) => {
    try {
      await endSessions(context, { request, response: new Response() }, keysOf)
      return answer(200)
    } catch (error) {
      return answer(400, refusal(error))
    }
  }
}

async function endSessions(
  { tenant, sessions, options }: Context,
  storeOptions: { request: Request; response: Response },
  keysOf: (server: AuthorizationServer) => JWTVerifyGetKey,
): Promise<void> {
  const token = await readToken(storeOptions.request)
  const server = await tenant(storeOptions)
  const { clientId, sessionLifetime = SESSION_LIFETIME } = options
  const { issuer } = server.config.serverMetadata()
  const keys = keysOf(server)
  const { iat, ...who } = await verifyLogoutToken(token, { issuer, clientId, keys })
  const forgetAt = Date.now() + sessionLifetime * 1000
  await sessions.end?.({ ...who, domain: server.origin, endedAt: iat * 1000, forgetAt })
}

async function readToken(request: Request): Promise<string> {
  const form = await readForm(request).catch(() => undefined)
  const token = form?.get('logout_token')
  if (typeof token === 'string') return token
  throw new errors.JWTInvalid('there is no logout_token in the form')
}

/** Finds the tenant's keys, and remembers them as jose does. */
function createKeys({ options }: Context): (server: AuthorizationServer) => JWTVerifyGetKey {
  const known = new LRUCache<string, JWTVerifyGetKey>({ max: MAX_DOMAINS })
  const send = options.fetch ?? ((request) => fetch(request))
  return ({ origin, config }) => {
    const url = new URL(config.serverMetadata().jwks_uri ?? '', origin)
    const keys =
      known.get(origin) ??
      createRemoteJWKSet(url, { [customFetch]: (uri, init) => send(new Request(uri, init)) })
    known.set(origin, keys)
    return keys
  }
}

function refusal(error: unknown) {
  if (isSessionError(error)) return { error: error.code, error_description: error.message }
  const isRefused = error instanceof errors.JOSEError
  // Of the runtime's own errors nothing is told to whoever sent this.
  const error_description = isRefused
    ? error.message
    : 'The tenant could not be asked for its keys.'
  return { error: isRefused ? 'invalid_request' : 'temporarily_unavailable', error_description }
}

function answer(status: number, body?: object): Response {
  const headers = { 'cache-control': 'no-store' }
  return body ? Response.json(body, { status, headers }) : new Response(null, { status, headers })
}
