import type { Abortable } from '../contract/types.js'
import type { TokenError } from '../errors/token-error.js'
import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { tenantOrigin } from '../http/url.js'
import {
  type ClientAuth,
  clientAuthParameters,
  type SigningKey,
  signJwt,
} from './client-authentication.js'
import {
  type GrantAnswer,
  grantError,
  isTokenVaultExchangeResponse,
  oauthError,
  sendGrant,
} from './token-endpoint.js'

export type { Abortable } from '../contract/types.js'
export type { Fetch } from '../http/fetch.js'
export type { ClientAuth, SigningKey } from './client-authentication.js'

/** Options of {@link exchangeConnectionToken}. */
export interface ExchangeConnectionTokenOptions extends Abortable {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  /** A confidential client; with an access token, the API's own of type `resource_server`, linked to its identifier. */
  clientId: string
  clientAuth: ClientAuth
  /** Says whose account it is. */
  subjectToken: string
  /**
   * What the subject token is: the access token that the API was called with, the refresh token of a login, which may
   * not rotate, or, from a privileged client, a request of {@link signTokenVaultRequest}.
   */
  subjectTokenType: 'access_token' | 'refresh_token' | 'jwt'
  /** Name of the connection, like `google-oauth2`. */
  connection: string
  /** Chooses among several accounts of the connection. Not with `jwt`. */
  loginHint?: string | undefined
  /** Fewer scopes than the account has; Auth0 documents that with `jwt` only. By default all. */
  scopes?: string[] | undefined
  /** Sends the request; by default the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** A third party's access token, out of Token Vault. */
export interface ConnectionToken {
  /** To be sent as Bearer to the third party's API. */
  accessToken: string
  /** Milliseconds since the epoch; undefined where the provider does not say. */
  expiresAt: number | undefined
  /** What the token allows, in the provider's words. */
  scopes: string[]
}

const GRANT_TYPE =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
const CONNECTION_TOKEN = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const VAULT_TOKEN = 'http://auth0.com/oauth/token-type/token-vault-access-token'

/**
 * Exchanges a token of Auth0 for the third party's, which Token Vault keeps and refreshes (RFC 8693).
 * Runs on servers only: it throws in a browser and its workers, where the client's secret would be public. Caches nothing.
 * Throws `TokenError`: `connection_not_connected` where the user has no such account with a refresh token,
 * `unexpected_response`, or the `error` that the token endpoint answered.
 *
 * @see https://auth0.com/docs/secure/tokens/token-vault/access-token-exchange-with-token-vault
 */
export async function exchangeConnectionToken(
  options: ExchangeConnectionTokenOptions,
): Promise<ConnectionToken> {
  refuseBrowser('exchangeConnectionToken')
  const { domain, clientId, clientAuth, signal, fetch = runtimeFetch } = options
  const origin = tenantOrigin(domain)
  const exchange = exchangeParameters(options)
  const parameters = { ...(await clientAuthParameters(origin, clientId, clientAuth)), ...exchange }
  const askedAt = Date.now()
  const answer = await sendGrant({ url: `${origin}/oauth/token`, parameters, signal, fetch })
  const { response, body } = answer
  if (!response.ok || !isTokenVaultExchangeResponse(body)) throw exchangeError(answer)
  return {
    accessToken: body.access_token,
    expiresAt: body.expires_in === undefined ? undefined : askedAt + body.expires_in * 1000,
    scopes: (body.scope ?? '').split(/[\s,]+/).filter(Boolean),
  }
}

/** Options of {@link signTokenVaultRequest}. */
export interface TokenVaultRequestOptions extends SigningKey {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  /** A client with privileged access to Token Vault; `privateKey` is one of the credentials for that. */
  clientId: string
  /** Id of the user whose account is meant, like `auth0|1`. */
  user: string
  /** Why the token is needed, in at most 256 characters, for the tenant's log. */
  auditContext: string
  /** The organization in which the account was connected. */
  orgId?: string | undefined
}

/**
 * Signs the request with which a privileged client exchanges without a token of the user: the `subjectToken` of the
 * type `jwt`. It is valid for 60 seconds and once. Throws in a browser.
 */
export async function signTokenVaultRequest(options: TokenVaultRequestOptions): Promise<string> {
  refuseBrowser('signTokenVaultRequest')
  const { domain, clientId, user, auditContext, orgId } = options
  requireTexts({ clientId, user, auditContext })
  if (auditContext.length > 256) {
    throw new TypeError('auditContext must have at most 256 characters.')
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
  const privileged = subjectTokenType === 'jwt'
  if (privileged && loginHint) {
    throw new TypeError("loginHint cannot be used with the subjectTokenType 'jwt'.")
  }
  return {
    grant_type: GRANT_TYPE,
    subject_token: subjectToken,
    subject_token_type: `urn:ietf:params:oauth:token-type:${subjectTokenType}`,
    requested_token_type: privileged ? VAULT_TOKEN : CONNECTION_TOKEN,
    connection,
    login_hint: loginHint || undefined,
    scope: scopes?.join(' ') || undefined,
  }
}

function refuseBrowser(name: string): void {
  const isPage = typeof window !== 'undefined' && typeof document !== 'undefined'
  // workerd and Deno have this, too, but only browsers call themselves Mozilla.
  const isWorker = 'WorkerGlobalScope' in globalThis && /^Mozilla/.test(navigator?.userAgent)
  if (!isPage && !isWorker) return
  throw new Error(`${name} needs a secret of the client, so it runs on a server, not in a browser.`)
}

function requireTexts(texts: Record<string, unknown>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text !== 'string' || text === '') throw new TypeError(`${name} is missing.`)
  }
}

function exchangeError(answer: GrantAnswer): TokenError {
  const notConnected = oauthError(answer) === 'federated_connection_refresh_token_not_found'
  return notConnected ? grantError(answer, 'connection_not_connected') : grantError(answer)
}
