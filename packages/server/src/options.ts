import type { ConnectionDefinition, Fetch, Provider } from '@connected-accounts/client'
import type { WebCryptoKeyPair } from '@connected-accounts/client/dpop'
import {
  checkFunction,
  checkTimeout,
  DEFAULT_TIMEOUT,
  isSecure,
  parseUrl,
  tenantOrigin,
} from '@connected-accounts/client/internal'
import type { ClientAuth } from '@connected-accounts/client/token-vault'
import { isCookiePrefix, type StoreOptions } from './cookies/cookie-jar.js'
import type { AccountEvents } from './events/account-events.js'
import type { SessionStore } from './sessions/session.js'

interface KnownLoginParams {
  /** Default: `openid profile email offline_access`. Without `offline_access` there is no refresh token. */
  scope?: string | undefined
  /** The API that the first access token is for. */
  audience?: string | undefined
  /** Id or name of the organization to log in to. The ID token must be of that organization. */
  organization?: string | undefined
}

/** Parameters for `/authorize`. A parameter that has no type here is sent unchanged. */
export interface LoginParams extends KnownLoginParams {
  /** An allowed callback URL of the application, without a query or fragment. The tenant sends the browser there. */
  redirect_uri?: string | undefined
  [name: string]: string | undefined
}

/** Chooses the `redirect_uri` by the request that is answered. */
export type RedirectUriFunction = (storeOptions: StoreOptions) => string | Promise<string>

/** Parameters for the `/authorize` of every login. A parameter that has no type here is sent unchanged. */
export interface ServerLoginParams extends KnownLoginParams {
  /**
   * An allowed callback URL of the application, without a query or fragment. The tenant sends the browser there after logins and
   * connect flows. It also says which origin the application has, and if it uses https.
   *
   * If the application has several origins, pass a function that chooses by the request. Only return URLs that you list in your
   * code, because anyone can send any host. A request with a host that does not exist checks this once: if the function returns
   * that host, it is a TypeError.
   */
  redirect_uri: string | RedirectUriFunction
  [name: string]: string | undefined | RedirectUriFunction
}

/** Options of {@link ServerClient}: these, and `clientSecret`, or `privateKey` and its `kid`. */
export type ServerClientOptions = ClientAuth & {
  /**
   * The tenant's own or custom domain, like `tenant.eu.auth0.com` or `http://localhost:4400`. If you have several, pass
   * a function that chooses one by the request. Only return domains that you list in your code, because anyone can send any host.
   * A request with a host that does not exist checks this once: if the function returns that host, it is a TypeError.
   */
  domain: string | ((storeOptions: StoreOptions) => string | Promise<string>)
  clientId: string
  /**
   * The secret that seals the cookies, 32 bytes or more. To change it, pass a list: the first secret seals, and all of
   * them open. So put the new one in front of the old one. The keys also depend on `clientId` and on the origin of the
   * `redirect_uri`, so another application with the same secret cannot open these cookies.
   */
  secret: string | readonly string[]
  /** Parameters of every login. Only `redirect_uri` may be a function. */
  authorizationParams: ServerLoginParams
  /**
   * The key that all tokens are bound to (RFC 9449): ECDSA P-256, the same on every machine. By default no token is
   * bound.
   */
  dpopKeyPair?: WebCryptoKeyPair | undefined
  /**
   * The time from a login until its session ends, in seconds. Default: 259200, which is three days. At most 34560000, which is 400
   * days: no browser keeps a cookie for longer.
   */
  sessionLifetime?: number | undefined
  /**
   * How the names of the cookies begin, after `__Host-` with https: letters, digits and hyphens. If several applications are on
   * one host, give each of them another one, because a browser sends all cookies of a host to each application there. Default:
   * `ca`. If the `redirect_uri` has a port, `ca-` and the port, such as `ca-3000`.
   */
  cookiePrefix?: string | undefined
  /**
   * How long one step may take, in milliseconds: an answer of the tenant, the turn to refresh a session, your `domain` or
   * `redirect_uri` function, an operation of your `SessionStore`. Default: 30,000. Then the call rejects, and others go on:
   * `refresh_busy` if it had no turn, `store_unavailable` for a store, or else a DOMException `TimeoutError`, which the routes
   * answer with 504.
   */
  timeout?: number | undefined
  /**
   * Your connections from `defineConnections`. Their providers say where to ask for the name of an account, and where to revoke a
   * grant.
   */
  connections?: Record<string, ConnectionDefinition> | undefined
  /**
   * Asks a provider whose account a token is for, in place of the catalogue's `profile` endpoint. Return undefined for connections
   * that you leave to the catalogue.
   */
  identify?: IdentifyFunction | undefined
  /** Keeps the sessions. Default: sealed cookies. */
  sessions?: SessionStore | undefined
  /**
   * Takes events to open pages, by the `events` route: `memoryEvents()` for one process, or `redisEvents(redis)` for many. Give it
   * the events of a log stream: `createLogStreamHandler({ authorization, onEvent: (event) => events.publish(event) })`. Default:
   * there is no such route.
   */
  events?: AccountEvents | undefined
  /** Sends the requests. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** Who a provider's token is for. */
export interface AccountProfile {
  /** The person's id at the provider. */
  id?: string | undefined
  /** The name that tells the person's accounts apart best. */
  name?: string | undefined
  email?: string | undefined
  /** An https URL that anybody can load. */
  picture?: string | undefined
}

/** Asks a provider whose account a token is for. Never send the token anywhere else. */
export type IdentifyFunction = (token: {
  connection: string
  accessToken: string
  /** Aborts when the `timeout` of the server client is over. */
  signal: AbortSignal
}) => AccountProfile | undefined | Promise<AccountProfile | undefined>

/** The default of `sessionLifetime`, in seconds. */
export const SESSION_LIFETIME = 259_200

/** The most of `sessionLifetime`, in seconds: 400 days, the most that a browser keeps a cookie (RFC 6265bis §5.5). */
const MAX_SESSION_LIFETIME = 34_560_000

/**
 * Checks the options of a server client.
 *
 * @throws {TypeError} if an option is missing or wrong; the message names it.
 * @internal
 */
export function checkOptions(options: ServerClientOptions): void {
  const {
    domain,
    clientId,
    authorizationParams,
    cookiePrefix = 'ca',
    sessionLifetime = 1,
    timeout = DEFAULT_TIMEOUT,
  } = options
  checkTimeout(timeout)
  checkFunction(options.fetch, 'fetch')
  checkFunction(options.identify, 'identify')
  checkConnections(options.connections)
  if (typeof domain !== 'function') tenantOrigin(domain)
  if (typeof clientId !== 'string' || !clientId) throw new TypeError('clientId is missing.')
  checkClientAuth(options)
  checkLoginParams(authorizationParams)
  if (!isCookiePrefix(cookiePrefix)) {
    throw new TypeError(
      'cookiePrefix must be letters, digits and hyphens, because it is a part of the names of cookies.',
    )
  }
  const isLifetime = typeof sessionLifetime === 'number' && sessionLifetime > 0
  if (!isLifetime || sessionLifetime > MAX_SESSION_LIFETIME) {
    throw new TypeError(
      `sessionLifetime must be a number of seconds above 0, and at most ${MAX_SESSION_LIFETIME}.`,
    )
  }
  checkSessions(options.sessions)
  checkEvents(options.events)
}

/** Checks that tokens of providers are only sent over https. */
function checkConnections(connections: ServerClientOptions['connections'] = {}): void {
  for (const [key, { provider = {} }] of Object.entries(connections)) {
    const { profile, revocation }: Partial<Provider> = provider
    for (const [name, endpoint] of Object.entries({ profile, revocation })) {
      const url = endpoint && parseUrl(endpoint.url)
      if (!endpoint || (url && isSecure(url))) continue
      throw new TypeError(
        `connections.${key}.provider.${name}.url must be an https: URL, because tokens are sent there; got '${endpoint.url}'.`,
      )
    }
  }
}

function checkClientAuth(options: ClientAuth): void {
  const { clientSecret, kid } = { clientSecret: undefined, kid: undefined, ...options }
  const hasSecret = !!clientSecret
  const hasKey = 'privateKey' in options && !!options.privateKey
  if (hasSecret === hasKey) {
    throw new TypeError('Pass either clientSecret or privateKey, but not both.')
  }
  if (hasSecret && typeof clientSecret !== 'string') {
    throw new TypeError('clientSecret must be a string.')
  }
  if (kid !== undefined && (typeof kid !== 'string' || !kid)) {
    throw new TypeError('kid must be the id of the key at the tenant. Leave it out if it has none.')
  }
}

function checkLoginParams(params: ServerLoginParams | undefined): void {
  const { redirect_uri, ...others } = params ?? { redirect_uri: '' }
  if (typeof redirect_uri !== 'function') checkRedirectUri(redirect_uri)
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined || typeof value === 'string') continue
    throw new TypeError(
      `authorizationParams.${name} must be a string. Only redirect_uri may be a function. To choose ${name} by the request, pass ` +
        'it to startInteractiveLogin.',
    )
  }
}

function checkSessions(sessions: SessionStore | undefined): void {
  if (sessions === undefined || typeof sessions?.runAlone === 'function') return
  throw new TypeError(
    'sessions must be a SessionStore. Pass a Keyv or another store to sharedSessions() first.',
  )
}

function checkEvents(events: AccountEvents | undefined): void {
  if (events === undefined || typeof events?.subscribe === 'function') return
  throw new TypeError('events must be memoryEvents() or redisEvents(redis).')
}

/**
 * Checks that a callback can be recognized by this `redirect_uri`.
 *
 * @throws {TypeError} if it is not an absolute URL of the web, or has a user name, a query or a fragment.
 * @internal
 */
export function checkRedirectUri(redirectUri: string | undefined): void {
  const url = URL.canParse(redirectUri ?? '') ? new URL(redirectUri ?? '') : undefined
  if (!/^https?:$/.test(url?.protocol ?? '') || url?.username || url?.password) {
    throw new TypeError(
      'authorizationParams.redirect_uri must be an absolute URL with https, without a user name. Plain http is for development.',
    )
  }
  if (/[?#]/.test(redirectUri ?? '')) {
    throw new TypeError(
      'authorizationParams.redirect_uri must have no query and no fragment, because the tenant adds its own query. Put ' +
        'what you want to remember into appState.',
    )
  }
}
