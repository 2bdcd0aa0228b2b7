import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Context, contextOf } from '../context.js'
import { isSessionError } from '../errors.js'
import { verifyLogoutToken } from '../login/logout-token.js'
import { SESSION_LIFETIME } from '../options.js'
import type { ServerClient } from '../server-client.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'
import { readForm } from './request-body.js'
import type { Route } from './route.js'

const MAX_DOMAINS = 100

/**
 * Creates the route that receives the tenant's logout tokens (OpenID Connect Back-Channel Logout 1.0). The tenant posts
 * one when a user logs out elsewhere. The route ends the session of the token's `sid`, on every machine. If the token has no
 * `sid`, it ends all sessions of the token's `sub`.
 *
 * The answer is 200. If the token is refused, or the sessions could not be ended, the answer is 400 with an `error`.
 *
 * @throws {TypeError} if sessions are in cookies, because only the browser that has them can end those.
 * @see https://auth0.com/docs/authenticate/login/logout/back-channel-logout
 * @example
 * ```ts
 * const server = new ServerClient({ ...options, sessions: sharedSessions(store, { lock }) })
 * const backChannelLogout = createBackChannelLogout(server)
 * app.post('/backchannel-logout', ({ req }) => backChannelLogout(req.raw))
 * ```
 */
export function createBackChannelLogout(server: ServerClient): Route {
  return backChannelLogoutOf(contextOf(server))
}

/**
 * Creates the route of a context. See {@link createBackChannelLogout}.
 *
 * @throws {TypeError} if sessions are in cookies.
 * @internal
 */
export function backChannelLogoutOf(context: Context): Route {
  if (!context.sessions.end) {
    throw new TypeError(
      'Back-channel logout cannot end sessions that are in cookies. Give the ServerClient sessions: sharedSessions(…).',
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
  { tenant, sessions, options, events }: Context,
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
  const endedAt = iat * 1000
  await sessions.end?.({ ...who, clientId, domain: server.origin, endedAt, forgetAt })
  // An open page that does not hear of it is found by the next check of its session.
  if (who.sub !== undefined) await events?.endSession(who.sub, undefined).catch(() => {})
}

async function readToken(request: Request): Promise<string> {
  const form = await readForm(request).catch(() => undefined)
  const token = form?.get('logout_token')
  if (typeof token === 'string') return token
  throw new errors.JWTInvalid('The form has no logout_token.')
}

/** Returns a function that finds the tenant's keys. jose caches them. */
function createKeys({ options }: Context): (server: AuthorizationServer) => JWTVerifyGetKey {
  const known = new LRUCache<string, JWTVerifyGetKey>({ max: MAX_DOMAINS })
  const send = options.fetch ?? ((request) => fetch(request))
  return ({ origin, config }) => {
    const url = new URL(String(config.serverMetadata().jwks_uri), origin)
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
  // The runtime's own errors are not shown to the sender.
  const error_description = isRefused
    ? error.message
    : 'The keys of the tenant could not be fetched.'
  return { error: isRefused ? 'invalid_request' : 'temporarily_unavailable', error_description }
}

function answer(status: number, body?: object): Response {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  return body ? Response.json(body, { status, headers }) : new Response(null, { status, headers })
}
