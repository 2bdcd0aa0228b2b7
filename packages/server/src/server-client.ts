import {
  type AccessToken,
  type CompletedConnect,
  type ConnectedAccountsPage,
  type ConnectionsPage,
  deleteConnectedAccount,
  type ListConnectedAccountsQuery,
  type ListConnectionsQuery,
  listConnectedAccounts,
  listConnections,
} from '@connected-accounts/client'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import {
  completeConnectAccount,
  type StartConnectAccountOptions,
  sessionClient,
  startConnectAccount,
} from './connect/connect-account.js'
import { type Context, createContext, keepContext } from './context.js'
import type { StoreOptions } from './cookies/cookie-jar.js'
import {
  type CompletedLogin,
  completeLogin,
  type StartInteractiveLoginOptions,
  startLogin,
} from './login/login.js'
import { type LogoutOptions, logout } from './login/logout.js'
import type { ServerClientOptions } from './options.js'
import type { Session, User } from './sessions/session.js'
import { type GetAccessTokenOptions, getAccessToken } from './tokens/access-token.js'
import {
  type GetAccessTokenForConnectionOptions,
  getAccessTokenForConnection,
} from './tokens/connection-token.js'

/**
 * Logs users in, connects their accounts, and calls on their behalf, for an application on a server. Every method takes
 * the request that is answered and the answer so far; send that answer with its headers, as they have the cookies.
 *
 * The methods that need a session throw `SessionError` `missing_session` where nobody is logged in.
 */
export class ServerClient {
  readonly #context: Context

  /** Throws a TypeError that names an option which is wrong or missing. Nothing is sent. */
  constructor(options: ServerClientOptions) {
    this.#context = createContext(options)
    keepContext(this, this.#context)
  }

  /**
   * Starts a login with PKCE (RFC 7636) and gives the URL to send the browser to. It can be completed for an hour, and a
   * browser can have five flows at once.
   */
  startInteractiveLogin(
    options: StartInteractiveLoginOptions,
    storeOptions: StoreOptions,
  ): Promise<string> {
    return startLogin(this.#context, options, storeOptions)
  }

  /**
   * Completes the login that a callback URL belongs to, and makes a new session in place of the one that was there.
   * Throws `LoginFlowError`, and `TokenError` where the code was refused, as a replayed one is.
   */
  completeInteractiveLogin(
    callbackUrl: string | URL,
    storeOptions: StoreOptions,
  ): Promise<CompletedLogin> {
    return completeLogin(this.#context, callbackUrl, storeOptions)
  }

  /** The user who is logged in, as the ID token said. */
  async getUser(storeOptions: StoreOptions): Promise<User | undefined> {
    return (await this.#context.findSession(storeOptions))?.user
  }

  /** What may be shown of the session: no tokens. */
  async getSession(
    storeOptions: StoreOptions,
  ): Promise<Pick<Session, 'user' | 'domain' | 'createdAt' | 'expiresAt'> | undefined> {
    const session = await this.#context.findSession(storeOptions)
    if (!session) return undefined
    const { user, domain, createdAt, expiresAt } = session
    return { user, domain, createdAt, expiresAt }
  }

  /** Ends the session, and gives the URL to send the browser to, which ends that of the tenant. */
  logout(options: LogoutOptions, storeOptions: StoreOptions): Promise<string> {
    return logout(this.#context, options, storeOptions)
  }

  /**
   * An access token of the user for an API, out of the session or by its refresh token (MRRT). Fits the `accessToken` of
   * `createAuthorizedFetch`. Throws `TokenError`: `missing_refresh_token`, `insufficient_scope`, `token_not_bound`, or the
   * `error` of the token endpoint, such as `invalid_grant`, after which the user has to log in again.
   *
   * @see https://auth0.com/docs/secure/tokens/refresh-tokens/multi-resource-refresh-token
   */
  getAccessToken(options: GetAccessTokenOptions, storeOptions: StoreOptions): Promise<AccessToken> {
    return getAccessToken(this.#context, options, storeOptions)
  }

  /**
   * The third party's access token out of Token Vault, cached beside the session. Throws `TokenError`:
   * `connection_not_connected` where the user has to connect it first, or as `getAccessToken`.
   *
   * @see https://auth0.com/docs/secure/tokens/token-vault/refresh-token-exchange-with-token-vault
   */
  getAccessTokenForConnection(
    options: GetAccessTokenForConnectionOptions,
    storeOptions: StoreOptions,
  ): Promise<ConnectionToken> {
    return getAccessTokenForConnection(this.#context, options, storeOptions)
  }

  /**
   * Starts to connect an account and gives the URL to send the browser to. Only the same user in the same session can
   * complete it. Throws as `startConnect` and `getAccessToken` do.
   */
  startConnectAccount(
    options: StartConnectAccountOptions,
    storeOptions: StoreOptions,
  ): Promise<string> {
    return startConnectAccount(this.#context, options, storeOptions)
  }

  /** Completes the connect flow that a callback URL belongs to. Throws as `completeConnect` and `getAccessToken` do. */
  completeConnectAccount(
    callbackUrl: string | URL,
    storeOptions: StoreOptions,
  ): Promise<CompletedConnect> {
    return completeConnectAccount(this.#context, callbackUrl, storeOptions)
  }

  /** One page of the user's connected accounts. Throws `MyAccountApiError`, and as `getAccessToken` does. */
  async listConnectedAccounts(
    query: ListConnectedAccountsQuery,
    storeOptions: StoreOptions,
  ): Promise<ConnectedAccountsPage> {
    const { client } = await sessionClient(this.#context, storeOptions)
    return listConnectedAccounts(client, query)
  }

  /** One page of the connections that the user may connect accounts of. Throws as `listConnectedAccounts` does. */
  async listConnections(
    query: ListConnectionsQuery,
    storeOptions: StoreOptions,
  ): Promise<ConnectionsPage> {
    const { client } = await sessionClient(this.#context, storeOptions)
    return listConnections(client, query)
  }

  /** Deletes a connected account and its tokens in Token Vault. Throws as `listConnectedAccounts` does. */
  async deleteConnectedAccount(id: string, storeOptions: StoreOptions): Promise<void> {
    const { client, session } = await sessionClient(this.#context, storeOptions)
    await deleteConnectedAccount(client, id)
    await this.#context.connectionTokens.clear(session)
  }
}
