import { DEFAULT_TIMEOUT, tenantOrigin, within } from '@connected-accounts/client/internal'
import { LRUCache } from 'lru-cache'
import { createCookieJar, type StoreOptions } from './cookies/cookie-jar.js'
import { createSeal } from './cookies/seal.js'
import { createSessionCookie } from './cookies/session-cookie.js'
import { createTransactions, type Transactions } from './cookies/transaction-cookies.js'
import { SessionError } from './errors.js'
import { checkOptions, type ServerClientOptions } from './options.js'
import { type ConnectionTokens, createConnectionTokens } from './sessions/connection-token-cache.js'
import { cookieSessions } from './sessions/cookie-sessions.js'
import { withinTimeout } from './sessions/hanging-store.js'
import type { Session, SessionStore } from './sessions/session.js'
import {
  type AuthorizationServer,
  createAuthorizationServers,
} from './tenant/authorization-servers.js'

/**
 * What the functions of a server client share: its options, the tenant and the sessions.
 *
 * @internal
 */
export interface Context {
  options: ServerClientOptions
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
  /** Saves a session as the session of this browser. */
  keepSession(storeOptions: StoreOptions, session: Session): Promise<void>
  endSession(storeOptions: StoreOptions): Promise<void>
  transactions<T>(storeOptions: StoreOptions): Transactions<T>
  connectionTokens: ConnectionTokens
  /** The sessions of logins that are being completed, or were completed a moment ago, by state. */
  logins: LRUCache<string, Promise<Session>>
}

const MAX_LOGINS = 1000
/** How long the result of a login is remembered, in milliseconds: long enough to load the callback again. */
const LOGIN_LIFE = 120_000

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
  const { domain, secret, authorizationParams, timeout = DEFAULT_TIMEOUT } = options
  const sessions = withinTimeout(options.sessions ?? cookieSessions(), timeout)
  const seal = createSeal(secret)
  const secure = new URL(authorizationParams.redirect_uri).protocol === 'https:'
  const tenantAt = createAuthorizationServers({ ...options, timeout })
  const originOf = async (storeOptions: StoreOptions) => {
    if (typeof domain !== 'function') return tenantOrigin(domain)
    const choose = async () => domain(storeOptions)
    return tenantOrigin(await within(choose(), timeout))
  }
  const cookieOf = (storeOptions: StoreOptions) =>
    createSessionCookie(createCookieJar(storeOptions, secure), seal, secure)
  const findSession = async (storeOptions: StoreOptions) => {
    const session = await sessions.get(cookieOf(storeOptions))
    return session?.domain === (await originOf(storeOptions)) ? session : undefined
  }
  return {
    options,
    timeout,
    tenantAt,
    tenant: async (storeOptions) => tenantAt(await originOf(storeOptions)),
    sessions,
    findSession,
    needSession: async (storeOptions) => (await findSession(storeOptions)) ?? missing(),
    keepSession: (storeOptions, session) => sessions.set(cookieOf(storeOptions), session),
    endSession: (storeOptions) => sessions.delete(cookieOf(storeOptions)),
    transactions: (storeOptions) =>
      createTransactions(createCookieJar(storeOptions, secure), seal, secure),
    connectionTokens: sessions.connectionTokens ?? createConnectionTokens(),
    logins: new LRUCache({ max: MAX_LOGINS, ttl: LOGIN_LIFE }),
  }
}

function missing(): never {
  throw new SessionError('missing_session', {
    message:
      'This request has no session: the user is not logged in, or the session is over. Log in first.',
  })
}
