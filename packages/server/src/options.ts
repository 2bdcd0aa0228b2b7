import type { Fetch } from '@connected-accounts/client'
import { tenantOrigin } from '@connected-accounts/client/internal'
import type { ClientAuth } from '@connected-accounts/client/token-vault'
import type { StoreOptions } from './cookies/cookie-jar.js'
import type { SessionStore } from './sessions/session.js'

/** Parameters for `/authorize`; those that are not named here are sent as they are. */
export interface LoginParams {
  /** Where the browser comes back to: an allowed callback URL of the application, without a query or fragment. */
  redirect_uri?: string | undefined
  /** `openid profile email offline_access` by default; without `offline_access` there is no refresh token. */
  scope?: string | undefined
  /** The API that the first access token is for. */
  audience?: string | undefined
  /** Id or name of the organization to log in to; it is checked in the ID token. */
  organization?: string | undefined
  [name: string]: string | undefined
}

/** Options of {@link ServerClient}: these, and `clientSecret`, or `privateKey` and its `kid`. */
export type ServerClientOptions = ClientAuth & {
  /**
   * The tenant's domain, its own or a custom one: `tenant.eu.auth0.com`, or `http://localhost:4400`. For several, a
   * function that chooses one; it must never hand out what a request says without comparing it with a list.
   */
  domain: string | ((storeOptions: StoreOptions) => string | Promise<string>)
  clientId: string
  /**
   * What cookies are sealed with: 32 bytes or more. Of several, the first seals and all open, so that a new one can be
   * put in front of the old one.
   */
  secret: string | readonly string[]
  /** For every login. `redirect_uri` also says which origin the application has, and whether it has https. */
  authorizationParams: LoginParams & { redirect_uri: string }
  /** The key that all tokens are bound to (RFC 9449): ECDSA P-256, the same on every machine. By default none is. */
  dpopKeyPair?: CryptoKeyPair | undefined
  /** How long a session lasts, in seconds from the login; by default three days. */
  sessionLifetime?: number | undefined
  /** Where sessions live; by default in sealed cookies. */
  sessions?: SessionStore | undefined
  /** Sends the requests; by default the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** How long a session lasts where nothing else is said, in seconds. */
export const SESSION_LIFETIME = 259_200

/** Refuses options that cannot work; throws a TypeError that names the option. */
export function checkOptions(options: ServerClientOptions): void {
  const { domain, clientId, authorizationParams, sessionLifetime = 1 } = options
  if (typeof domain !== 'function') tenantOrigin(domain)
  if (typeof clientId !== 'string' || !clientId) throw new TypeError('clientId is missing.')
  const hasSecret = 'clientSecret' in options && !!options.clientSecret
  const hasKey = 'privateKey' in options && !!options.privateKey
  if (hasSecret === hasKey) {
    throw new TypeError('Give clientSecret or privateKey, one of the two.')
  }
  checkRedirectUri(authorizationParams?.redirect_uri)
  if (!(sessionLifetime > 0)) throw new TypeError('sessionLifetime must be more than 0 seconds.')
}

/** Refuses a `redirect_uri` that a callback could not be told from; throws a TypeError. */
export function checkRedirectUri(redirectUri: string | undefined): void {
  if (!URL.canParse(redirectUri ?? '')) {
    throw new TypeError('authorizationParams.redirect_uri must be an absolute URL.')
  }
  if (/[?#]/.test(redirectUri ?? '')) {
    throw new TypeError(
      'authorizationParams.redirect_uri must have no query and no fragment: what comes back is told by them. Keep what ' +
        'is to be remembered in appState.',
    )
  }
}
