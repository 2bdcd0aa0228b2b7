import {
  type AccessToken,
  type AccountLabel,
  type CompletedConnect,
  type ConnectedAccountsPage,
  type ConnectionsPage,
  type ListConnectedAccountsQuery,
  type ListConnectionsQuery,
  listConnectedAccounts,
  listConnections,
} from '@connected-accounts/client'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import {
  type DeleteConnectedAccountOptions,
  type DeletedAccount,
  deleteAccount,
} from './accounts/delete-account.js'
import { type IdentifyConnectedAccountOptions, identifyAccount } from './accounts/identify.js'
import {
  completeConnectAccount,
  type StartConnectAccountOptions,
  startConnectAccount,
} from './connect/connect-account.js'
import { withSessionClient } from './connect/session-client.js'
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
 * Logs users in, connects their accounts and calls APIs on their behalf, for an application on a server.
 *
 * Every method takes the request that you are answering and the answer, on which it sets cookies. Send the answer with
 * those headers, also if the method threw: a refresh may have replaced the refresh token before the error.
 *
 * @example
 * ```ts
 * export const server = new ServerClient({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'your-client-id',
 *   clientSecret: process.env.CLIENT_SECRET ?? '',
 *   secret: process.env.COOKIE_SECRET ?? '',
 *   authorizationParams: { redirect_uri: 'https://app.example.com/auth/callback' },
 * })
 * ```
 */
export class ServerClient {
  readonly #context: Context

  /**
   * Checks the options. Sends nothing.
   *
   * @throws {TypeError} if an option is missing or wrong; the message names it.
   */
  constructor(options: ServerClientOptions) {
    this.#context = createContext(options)
    keepContext(this, this.#context)
  }

  /**
   * Starts a login with PKCE (RFC 7636). The user has an hour to complete it. A browser can have five logins at once.
   * Do not call it for a prefetch: it sets a cookie. The `login` route of this package refuses one.
   *
   * @returns the URL to redirect the browser to.
   * @throws {TypeError} if `scope` has no `openid`, or `redirect_uri` is wrong.
   * @throws {TokenError} unexpected_response, if the domain does not answer as a tenant.
   * @throws {SessionError} cookies_too_large, if `appState` does not fit into a cookie.
   * @example
   * ```ts
   * const response = { headers: new Headers() }
   * const url = await server.startInteractiveLogin({ appState: { from: '/inbox' } }, { request, response })
   * response.headers.set('location', url)
   * return new Response(null, { status: 303, headers: response.headers })
   * ```
   */
  startInteractiveLogin(
    options: StartInteractiveLoginOptions,
    storeOptions: StoreOptions,
  ): Promise<string> {
    return startLogin(this.#context, options, storeOptions)
  }

  /**
   * Completes the login that a callback URL belongs to. Creates a new session, which replaces an existing one.
   *
   * @param callbackUrl - the whole URL that the browser came back to.
   * @throws {LoginFlowError} unknown_state, if this browser did not start the login, or it was completed before.
   * @throws {LoginFlowError} access_denied, if the person or the tenant refused; other codes say what else was wrong.
   * @throws {TokenError} invalid_grant, if the tenant refuses the code, for example because it was used before.
   * @throws {SessionError} refresh_busy, if another machine is still completing the same callback; nothing was sent.
   * @example
   * ```ts
   * const response = { headers: new Headers({ location: '/' }) }
   * const { user } = await server.completeInteractiveLogin(request.url, { request, response })
   * console.log(`${user.sub} is logged in`)
   * return new Response(null, { status: 303, headers: response.headers })
   * ```
   */
  completeInteractiveLogin(
    callbackUrl: string | URL,
    storeOptions: StoreOptions,
  ): Promise<CompletedLogin> {
    return completeLogin(this.#context, callbackUrl, storeOptions)
  }

  /**
   * Returns the user who is logged in, with the claims of the ID token. Returns undefined if nobody is logged in.
   *
   * @example
   * ```ts
   * const user = await server.getUser({ request, response })
   * return new Response(user ? `Hello ${user.name}` : 'Please log in', { headers: response.headers })
   * ```
   */
  async getUser(storeOptions: StoreOptions): Promise<User | undefined> {
    return (await this.#context.findSession(storeOptions))?.user
  }

  /**
   * Returns the parts of the session that you may show: the user and times, and no tokens. Returns undefined if nobody
   * is logged in.
   *
   * @example
   * ```ts
   * const session = await server.getSession({ request, response })
   * if (session) console.log(`ends at ${new Date(session.expiresAt)}`)
   * ```
   */
  async getSession(
    storeOptions: StoreOptions,
  ): Promise<Pick<Session, 'user' | 'domain' | 'createdAt' | 'expiresAt'> | undefined> {
    const session = await this.#context.findSession(storeOptions)
    if (!session) return undefined
    const { user, domain, createdAt, expiresAt } = session
    return { user, domain, createdAt, expiresAt }
  }

  /**
   * Ends the session, and revokes its refresh token (RFC 7009). The cookie is removed in any case, even if this throws. If the
   * tenant does not answer within 5 seconds, the refresh token is not revoked, and the URL is the tenant's `/v2/logout`.
   *
   * @returns the URL to redirect the browser to, which ends the tenant's session, too.
   * @throws {SessionError} store_unavailable, if the store does not take it: a copy of the cookie may still be a session.
   * @example
   * ```ts
   * const response = { headers: new Headers() }
   * const url = await server.logout({ returnTo: 'https://app.example.com' }, { request, response })
   * response.headers.set('location', url)
   * return new Response(null, { status: 303, headers: response.headers })
   * ```
   */
  logout(options: LogoutOptions, storeOptions: StoreOptions): Promise<string> {
    return logout(this.#context, options, storeOptions)
  }

  /**
   * Returns an access token of the user for an API. Takes it from the session, or refreshes it with the session's
   * refresh token (MRRT). You can return the result from the `accessToken` function of `createAuthorizedFetch`.
   *
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {TokenError} missing_refresh_token or invalid_grant, if the user has to log in again.
   * @throws {TokenError} insufficient_scope, if the tenant granted less than `scope`.
   * @throws {TokenError} token_not_bound, if the tenant did not bind the token to `dpopKeyPair`.
   * @see https://auth0.com/docs/secure/tokens/refresh-tokens/multi-resource-refresh-token
   * @example
   * ```ts
   * const { accessToken } = await server.getAccessToken(
   *   { audience: 'https://api.example.test/', scope: 'read:calendar' },
   *   { request, response },
   * )
   * const headers = { authorization: `Bearer ${accessToken}` }
   * const calendar = await fetch('https://api.example.test/calendar', { headers })
   * ```
   */
  getAccessToken(options: GetAccessTokenOptions, storeOptions: StoreOptions): Promise<AccessToken> {
    return getAccessToken(this.#context, options, storeOptions)
  }

  /**
   * Returns the provider's access token from Token Vault. Caches it beside the session.
   *
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {TokenError} connection_not_connected, if the user has to connect an account first.
   * @throws {TokenError} missing_refresh_token or invalid_grant, if the user has to log in again.
   * @see https://auth0.com/docs/secure/tokens/token-vault/refresh-token-exchange-with-token-vault
   * @example
   * ```ts
   * const { accessToken } = await server.getAccessTokenForConnection(
   *   { connection: 'google-oauth2' },
   *   { request, response },
   * )
   * const events = await fetch('https://www.googleapis.com/calendar/v3/calendars/primary/events', {
   *   headers: { authorization: `Bearer ${accessToken}` },
   * })
   * ```
   */
  getAccessTokenForConnection(
    options: GetAccessTokenForConnectionOptions,
    storeOptions: StoreOptions,
  ): Promise<ConnectionToken> {
    return getAccessTokenForConnection(this.#context, options, storeOptions)
  }

  /**
   * Starts to connect an account. Only the same user in the same session can complete it.
   *
   * @returns the URL to redirect the browser to.
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {ConnectFlowError} invalid_request, if an option is wrong; the message names it.
   * @throws {MyAccountApiError} not_found, if the connection is not enabled for the application.
   * @throws {TokenError} as `getAccessToken` does.
   * @example
   * ```ts
   * const response = { headers: new Headers() }
   * const url = await server.startConnectAccount(
   *   { connection: 'google-oauth2', returnTo: '/settings' },
   *   { request, response },
   * )
   * response.headers.set('location', url)
   * return new Response(null, { status: 303, headers: response.headers })
   * ```
   */
  startConnectAccount(
    options: StartConnectAccountOptions,
    storeOptions: StoreOptions,
  ): Promise<string> {
    return startConnectAccount(this.#context, options, storeOptions)
  }

  /**
   * Completes the connect flow that a callback URL belongs to. If the callback comes again, because its answer was lost or the
   * page is reloaded, it returns the same account.
   *
   * @param callbackUrl - the whole URL that the browser came back to.
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {ConnectFlowError} access_denied, if the person refused at the provider; other codes say what else was wrong.
   * @throws {ConnectFlowError} outcome_unknown, if the code was refused, but an answer to it may have been lost.
   * @throws {SessionError} refresh_busy, if another machine is still completing the same callback; nothing was sent.
   * @throws {MyAccountApiError} if the My Account API refuses.
   * @throws {TokenError} as `getAccessToken` does.
   * @example
   * ```ts
   * const { account, returnTo = '/' } = await server.completeConnectAccount(request.url, {
   *   request,
   *   response,
   * })
   * console.log(`${account.connection} is connected`)
   * ```
   */
  completeConnectAccount(
    callbackUrl: string | URL,
    storeOptions: StoreOptions,
  ): Promise<CompletedConnect> {
    return completeConnectAccount(this.#context, callbackUrl, storeOptions)
  }

  /**
   * Returns one page of the user's connected accounts.
   *
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {MyAccountApiError} if the My Account API refuses.
   * @throws {TokenError} as `getAccessToken` does.
   * @example
   * ```ts
   * const { accounts } = await server.listConnectedAccounts({ take: 20 }, { request, response })
   * for (const account of accounts) console.log(account.connection, account.scopes)
   * ```
   */
  listConnectedAccounts(
    query: ListConnectedAccountsQuery,
    storeOptions: StoreOptions,
  ): Promise<ConnectedAccountsPage> {
    return withSessionClient(this.#context, storeOptions, ({ client }) =>
      listConnectedAccounts(client, query),
    )
  }

  /**
   * Returns one page of the connections that the user may connect accounts of.
   *
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {MyAccountApiError} if the My Account API refuses.
   * @throws {TokenError} as `getAccessToken` does.
   * @example
   * ```ts
   * const { connections } = await server.listConnections({}, { request, response })
   * console.log(connections.map(({ name }) => name))
   * ```
   */
  listConnections(
    query: ListConnectionsQuery,
    storeOptions: StoreOptions,
  ): Promise<ConnectionsPage> {
    return withSessionClient(this.#context, storeOptions, ({ client }) =>
      listConnections(client, query),
    )
  }

  /**
   * Deletes a connected account and its tokens in Token Vault. Afterwards no session of the user gets the provider's token from
   * the cache, whatever became of the request.
   *
   * @param id - the account's `id`, as `listConnectedAccounts` returns it.
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {MyAccountApiError} not_found, if the user has no such account.
   * @throws {TokenError} as `getAccessToken` does.
   * @example
   * ```ts
   * const { accounts } = await server.listConnectedAccounts({ connection: 'github' }, { request, response })
   * for (const { id } of accounts) await server.deleteConnectedAccount(id, { request, response })
   * ```
   */
  deleteConnectedAccount(id: string, storeOptions: StoreOptions): Promise<DeletedAccount>
  /**
   * Deletes a connected account, and revokes its grant at the provider before, with the token from Token Vault. The client's
   * `connections` say where. A revocation that fails never keeps the account from being deleted: the result says why, and the
   * person can revoke the grant on the provider's page (`revokeUrl`).
   *
   * @param id - the account's `id`, as `listConnectedAccounts` returns it.
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {MyAccountApiError} not_found, if the user has no such account.
   * @throws {TokenError} as `getAccessToken` does.
   * @see https://www.rfc-editor.org/rfc/rfc7009
   * @example
   * ```ts
   * const { accounts } = await server.listConnectedAccounts({ connection: 'google-oauth2' }, { request, response })
   * for (const { id } of accounts) {
   *   const deleted = await server.deleteConnectedAccount(id, { revoke: true }, { request, response })
   *   if (!deleted.revoked) console.log(`Revoke it at Google, too: ${deleted.reason}`)
   * }
   * ```
   */
  deleteConnectedAccount(
    id: string,
    options: DeleteConnectedAccountOptions,
    storeOptions: StoreOptions,
  ): Promise<DeletedAccount>
  deleteConnectedAccount(
    id: string,
    ...[first, second]: [StoreOptions] | [DeleteConnectedAccountOptions, StoreOptions]
  ): Promise<DeletedAccount> {
    return second
      ? deleteAccount(this.#context, { ...first, id }, second)
      : deleteAccount(this.#context, { id }, first as StoreOptions) // it is the only one
  }

  /**
   * Asks the provider whose account it is, and returns a label for it. The client's `identify` or `connections` say how. If the
   * user has several accounts of the connection, pass a `loginHint`: an exchange without it may return the token of any of them.
   *
   * Call it after `completeConnectAccount`. If it throws, the account is connected nevertheless, and has no label.
   *
   * @param id - the account's `id`, as `completeConnectAccount` returns it.
   * @returns undefined if neither `identify` nor the catalogue knows how to ask this provider.
   * @throws {SessionError} missing_session, if nobody is logged in.
   * @throws {TokenError} ambiguous_account, if there are several accounts, and no `loginHint` that is certainly this account's.
   * @throws {TokenError} connection_not_connected, if the user has no such account, or Token Vault has no token of it.
   * @throws {TokenError} provider_unavailable, if the provider does not answer within 5 seconds.
   * @throws {TokenError} unexpected_response, if the provider's answer names nobody.
   * @throws {MyAccountApiError} if the list of accounts is refused.
   * @example
   * ```ts
   * const { account, loginHint } = await server.completeConnectAccount(request.url, { request, response })
   * const label = await server.identifyConnectedAccount(account.id, { loginHint }, { request, response })
   * console.log(`Connected as ${label?.label}`)
   * ```
   */
  identifyConnectedAccount(
    id: string,
    options: IdentifyConnectedAccountOptions,
    storeOptions: StoreOptions,
  ): Promise<AccountLabel | undefined> {
    return identifyAccount(this.#context, { ...options, id }, storeOptions)
  }
}
