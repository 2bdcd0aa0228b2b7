import { DEFAULT_TIMEOUT, tenantOrigin, within } from '@connected-accounts/client/internal'
import { type CookieJar, createCookieJar, type StoreOptions } from './cookies/cookie-jar.js'
import { createSeals, type Seal } from './cookies/seal.js'
import { createSessionCookie } from './cookies/session-cookie.js'
import { createTransactions, type Transactions } from './cookies/transaction-cookies.js'
import { SessionError } from './errors.js'
import type { AccountEvents } from './events/account-events.js'
import { sessionHash } from './events/session-hash.js'
import { checkOptions, type ServerClientOptions } from './options.js'
import { createRedirectUris } from './redirect-uri.js'
import { type ConnectionTokens, createConnectionTokens } from './sessions/connection-token-cache.js'
import { cookieSessions } from './sessions/cookie-sessions.js'
import { createFlowMemory, type FlowMemory } from './sessions/flow-memory.js'
import { withinTimeout } from './sessions/hanging-store.js'
import type { Session, SessionStore } from './sessions/session.js'
import {
  type AuthorizationServer,
  createAuthorizationServers,
} from './tenant/authorization-servers.js'
import { createHostCheck } from './unlisted-host.js'

/**
 * What the functions of a server client share: its options, the tenant and the sessions.
 *
 * @internal
 */
export interface Context {
  options: ServerClientOptions
  /** Returns the `redirect_uri` of this request. */
  redirectUriOf(storeOptions: StoreOptions): Promise<string>
  /** Returns the origin of the domain of this request. */
  originOf(storeOptions: StoreOptions): Promise<string>
  /** How long one step may take, in milliseconds. */
  timeout: number
  /** Finds the tenant at the domain of this request. */
  tenant(storeOptions: StoreOptions): Promise<AuthorizationServer>
  /** Finds the tenant at the origin of a session's or a flow's domain. */
  tenantAt(origin: string): Promise<AuthorizationServer>
  sessions: SessionStore
  /** Finds the session of this request. A session of another domain is not found. */
  findSession(storeOptions: StoreOptions): Promise<Session | undefined>
  /**
   * Finds the session of this request.
   *
   * @throws {SessionError} missing_session, if there is none.
   */
  needSession(storeOptions: StoreOptions): Promise<Session>
  /** Saves a session as the session of this browser, without the access tokens that have expired. */
  keepSession(storeOptions: StoreOptions, session: Session): Promise<void>
  endSession(storeOptions: StoreOptions): Promise<void>
  transactions<T>(storeOptions: StoreOptions): Promise<Transactions<T>>
  connectionTokens: ConnectionTokens
  flows: FlowMemory
  events: AccountEvents | undefined
}

const contexts = new WeakMap<object, Context>()

/**
 * Remembers the context of a server client for {@link contextOf}. It is not a property, because users do not need it.
 *
 * @internal
 */
export function keepContext(server: object, context: Context): void {
  contexts.set(server, context)
}

/**
 * Returns the context of a server client.
 *
 * @throws {TypeError} if the value is not a `ServerClient`.
 * @internal
 */
export function contextOf(server: object): Context {
  const context = contexts.get(server)
  if (!context) throw new TypeError('server must be a ServerClient.')
  return context
}

/**
 * Creates the context of a server client.
 *
 * @throws {TypeError} if an option is missing or wrong; the message names it.
 * @internal
 */
export function createContext(options: ServerClientOptions): Context {
  checkOptions(options)
  const { domain, timeout = DEFAULT_TIMEOUT, events } = options
  const sessions = withinTimeout(options.sessions ?? cookieSessions(), timeout)
  const redirectUriOf = createRedirectUris(options.authorizationParams.redirect_uri, timeout)
  const cookiesOf = createCookies(options, redirectUriOf)
  const connectionTokens = sessions.connectionTokens ?? createConnectionTokens()
  const tenantAt = createAuthorizationServers({ ...options, timeout })
  const originOf = createOrigins(domain, timeout)
  const cookieOf = async (storeOptions: StoreOptions) => {
    const { jar, seal } = await cookiesOf(storeOptions)
    return createSessionCookie(jar, seal)
  }
  const findSession = async (storeOptions: StoreOptions) => {
    const session = await sessions.get(await cookieOf(storeOptions))
    return session?.domain === (await originOf(storeOptions)) ? session : undefined
  }
  return {
    options,
    timeout,
    redirectUriOf,
    originOf,
    tenantAt,
    tenant: async (storeOptions) => tenantAt(await originOf(storeOptions)),
    sessions,
    findSession,
    needSession: async (storeOptions) => (await findSession(storeOptions)) ?? missing(),
    keepSession: async (storeOptions, session) =>
      sessions.set(await cookieOf(storeOptions), withUsableTokens(session)),
    async endSession(storeOptions) {
      const cookie = await cookieOf(storeOptions)
      const session = await sessions.get(cookie).catch(() => undefined) // then it is ended without
      await sessions.delete(cookie)
      if (!session) return
      await connectionTokens.clear(session).catch(() => {}) // nobody can ask for them any more
      // The next check of its session ends a stream that does not hear of it.
      await events?.endSession(session.user.sub, await sessionHash(session.id)).catch(() => {})
    },
    async transactions(storeOptions) {
      const { jar, seal } = await cookiesOf(storeOptions)
      return createTransactions(jar, seal)
    },
    connectionTokens,
    flows: sessions.flows ?? createFlowMemory(),
    events,
  }
}

/** Returns a function that finds the origin of the domain of a request. */
function createOrigins(
  domain: ServerClientOptions['domain'],
  timeout: number,
): (storeOptions: StoreOptions) => Promise<string> {
  if (typeof domain !== 'function') return async () => tenantOrigin(domain)
  const check = createHostCheck('domain', domain, timeout)
  const choose = async (storeOptions: StoreOptions) => {
    await check()
    return domain(storeOptions)
  }
  return async (storeOptions) => tenantOrigin(await within(choose(storeOptions), timeout))
}

/** Returns a function that finds the cookies of a request, and the seal of the origin that the application has there. */
function createCookies(
  { secret, clientId, cookiePrefix: name }: ServerClientOptions,
  redirectUriOf: Context['redirectUriOf'],
): (storeOptions: StoreOptions) => Promise<{ jar: CookieJar; seal: Seal }> {
  const sealOf = createSeals(secret)
  return async (storeOptions) => {
    const url = new URL(await redirectUriOf(storeOptions))
    return {
      jar: createCookieJar(storeOptions, { url, name }),
      seal: sealOf([clientId, url.origin]),
    }
  }
}

function withUsableTokens(session: Session): Session {
  const tokens = session.tokens.filter(({ usableUntil }) => usableUntil > Date.now())
  return { ...session, tokens }
}

function missing(): never {
  throw new SessionError('missing_session', {
    message:
      'This request has no session: the user is not logged in, or the session is over. Log in first.',
  })
}
