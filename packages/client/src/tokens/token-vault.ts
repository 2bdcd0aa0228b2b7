import type { Abortable } from '../contract/types.js'
import type { TokenError } from '../errors/token-error.js'
import { unlessAborted } from '../http/abort.js'
import { checkFunction } from '../http/check-function.js'
import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { isStrings } from '../http/json.js'
import { tenantOrigin } from '../http/url.js'
import { type ClientAuth, clientAuthParameters, signJwt } from './client-authentication.js'
import { requireTexts } from './require-texts.js'
import type { SigningKey } from './signing-key.js'
import {
  type GrantAnswer,
  grantError,
  isTokenVaultExchangeResponse,
  oauthError,
  sendGrant,
} from './token-endpoint.js'

export type { Abortable } from '../contract/types.js'
export type { WebCryptoKey } from '../crypto.js'
export type { Fetch } from '../http/fetch.js'
export type { ClientAuth } from './client-authentication.js'
export type { SigningKey } from './signing-key.js'

/** Options of {@link exchangeConnectionToken}. */
export interface ExchangeConnectionTokenOptions extends Abortable {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  /**
   * The id of a confidential client. To exchange an access token, use the client that belongs to the API: its type is
   * `resource_server`, and it is linked to the API's identifier.
   */
  clientId: string
  clientAuth: ClientAuth
  /** The token that says whose account it is. */
  subjectToken: string
  /**
   * What the subject token is: the access token that the API was called with, the refresh token of a login, which must not
   * rotate, or, from a privileged client, a request of {@link signTokenVaultRequest}.
   */
  subjectTokenType: 'access_token' | 'refresh_token' | 'jwt'
  /** The name of the connection, like `google-oauth2`. */
  connection: string
  /** Chooses among several accounts of the connection. It cannot be used with `jwt`. */
  loginHint?: string | undefined
  /** Requests fewer scopes than the account has. Auth0 documents this for `jwt` only. Default: all scopes of the account. */
  scopes?: string[] | undefined
  /** Sends the request. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** A third party's access token from Token Vault. */
export interface ConnectionToken {
  /** Send it as a Bearer token to the third party's API. */
  accessToken: string
  /** When the token expires, in milliseconds since the epoch. Undefined if the provider does not say. */
  expiresAt: number | undefined
  /** What the token allows, in the provider's words. */
  scopes: string[]
}

const GRANT_TYPE =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
const CONNECTION_TOKEN = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const VAULT_TOKEN = 'http://auth0.com/oauth/token-type/token-vault-access-token'
const MAX_AUDIT_CONTEXT = 256

/**
 * Exchanges a token from Auth0 for the third party's token (RFC 8693), which Token Vault keeps and refreshes. It caches
 * nothing. It runs on servers only, because the client's secret would be public in a browser.
 *
 * @throws {Error} in a browser or one of its workers.
 * @throws {TypeError} if an option is wrong or missing.
 * @throws {TokenError} `connection_not_connected`, if the user has no such account with a refresh token. Connect it first.
 * @throws {TokenError} `unexpected_response`, if the answer is not one of a token endpoint.
 * @throws {TokenError} the `error` of the token endpoint, such as `invalid_client`.
 * @see https://auth0.com/docs/secure/tokens/token-vault/access-token-exchange-with-token-vault
 * @example
 * const { accessToken } = await exchangeConnectionToken({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'YOUR_CLIENT_ID',
 *   clientAuth: { clientSecret: 'YOUR_CLIENT_SECRET' },
 *   subjectToken: 'the access token that your API was called with',
 *   subjectTokenType: 'access_token',
 *   connection: 'google-oauth2',
 * })
 */
export async function exchangeConnectionToken(
  options: ExchangeConnectionTokenOptions,
): Promise<ConnectionToken> {
  refuseBrowser('exchangeConnectionToken')
  const { domain, clientId, clientAuth, signal, fetch = runtimeFetch } = options
  checkFunction(fetch, 'fetch')
  const origin = tenantOrigin(domain)
  const exchange = exchangeParameters(options)
  const parameters = { ...(await clientAuthParameters(origin, clientId, clientAuth)), ...exchange }
  const requestedAt = Date.now()
  const sent = sendGrant({ url: `${origin}/oauth/token`, parameters, signal, fetch })
  const answer = await unlessAborted(sent, signal) // in case `fetch` ignores its signal
  const { response, body } = answer
  if (!response.ok || !isTokenVaultExchangeResponse(body)) throw exchangeError(answer)
  return {
    accessToken: body.access_token,
    expiresAt: body.expires_in === undefined ? undefined : requestedAt + body.expires_in * 1000,
    scopes: (body.scope ?? '').split(/[\s,]/).filter(Boolean),
  }
}

/** Options of {@link signTokenVaultRequest}. */
export interface TokenVaultRequestOptions extends SigningKey {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  /** The id of a client with privileged access to Token Vault. `privateKey` is one of its credentials for that. */
  clientId: string
  /** The id of the user whose account it is, like `auth0|1`. */
  user: string
  /** Why the token is needed, for the tenant's log. At most 256 characters. */
  auditContext: string
  /** The organization in which the account was connected. */
  orgId?: string | undefined
}

/**
 * Signs a request that a privileged client exchanges in place of a token of the user. Pass the result to
 * {@link exchangeConnectionToken} as `subjectToken`, with the `subjectTokenType` `jwt`. It is valid once, for 60 seconds.
 *
 * @throws {Error} in a browser or one of its workers.
 * @throws {TypeError} if an option is wrong or missing.
 * @example
 * const subjectToken = await signTokenVaultRequest({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'YOUR_CLIENT_ID',
 *   privateKey,
 *   user: 'auth0|1',
 *   auditContext: 'nightly calendar import',
 * })
 */
export async function signTokenVaultRequest(options: TokenVaultRequestOptions): Promise<string> {
  refuseBrowser('signTokenVaultRequest')
  const { domain, clientId, user, auditContext, orgId } = options
  requireTexts({ clientId, user, auditContext, ...(orgId !== undefined && { orgId }) })
  if (auditContext.length > MAX_AUDIT_CONTEXT) {
    throw new TypeError(
      `auditContext must have at most ${MAX_AUDIT_CONTEXT} characters; it has ${auditContext.length}.`,
    )
  }
  const claims = {
    iss: clientId,
    sub: user,
    aud: `${tenantOrigin(domain)}/`,
    audit_context: auditContext,
    ...(orgId && { org_id: orgId }),
  }
  return signJwt(claims, options, 'token-vault-req+jwt')
}

function exchangeParameters(
  options: ExchangeConnectionTokenOptions,
): Record<string, string | undefined> {
  const { clientId, subjectToken, subjectTokenType, connection, loginHint, scopes } = options
  requireTexts({ clientId, subjectToken, connection })
  if (!['access_token', 'refresh_token', 'jwt'].includes(subjectTokenType)) {
    throw new TypeError("subjectTokenType must be 'access_token', 'refresh_token' or 'jwt'.")
  }
  if (loginHint !== undefined && typeof loginHint !== 'string') {
    throw new TypeError('loginHint must be a string.')
  }
  if (scopes !== undefined && !isStrings(scopes)) {
    throw new TypeError('scopes must be an array of strings.')
  }
  const isPrivileged = subjectTokenType === 'jwt'
  if (isPrivileged && loginHint) {
    throw new TypeError("loginHint cannot be used with the subjectTokenType 'jwt'. Leave it out.")
  }
  return {
    grant_type: GRANT_TYPE,
    subject_token: subjectToken,
    subject_token_type: `urn:ietf:params:oauth:token-type:${subjectTokenType}`,
    requested_token_type: isPrivileged ? VAULT_TOKEN : CONNECTION_TOKEN,
    connection,
    login_hint: loginHint || undefined,
    scope: scopes?.join(' ') || undefined,
  }
}

function refuseBrowser(name: string): void {
  const isPage = typeof window !== 'undefined' && typeof document !== 'undefined'
  // workerd and Deno have WorkerGlobalScope, too, but only browsers call themselves Mozilla.
  const isWorker = 'WorkerGlobalScope' in globalThis && /^Mozilla/.test(navigator?.userAgent)
  if (!isPage && !isWorker) return
  throw new Error(`${name} needs a secret of the client. Call it on a server, not in a browser.`)
}

function exchangeError(answer: GrantAnswer): TokenError {
  const isNotConnected = oauthError(answer) === 'federated_connection_refresh_token_not_found'
  return isNotConnected ? grantError(answer, 'connection_not_connected') : grantError(answer)
}
