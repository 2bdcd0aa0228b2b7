import { type Fetch, runtimeFetch } from './authorized-fetch.js'
import { tenantOrigin } from './domain.js'
import { TokenError } from './errors.js'
import { isOAuthError, isTokenVaultExchangeResponse, parseJson } from './shape.js'
import type { Abortable } from './types.js'

export type { Fetch } from './authorized-fetch.js'
export type { Abortable } from './types.js'

/** Options of {@link exchangeConnectionToken}. */
export interface ExchangeConnectionTokenOptions extends Abortable {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  /** The client of the API that exchanges: one of type `resource_server`, linked to the API's identifier. */
  clientId: string
  clientAuth: { clientSecret: string }
  /** The access token that the API was called with. */
  subjectToken: string
  subjectTokenType: 'access_token'
  /** Name of the connection, like `google-oauth2`. */
  connection: string
  /** Chooses among several accounts of the connection. */
  loginHint?: string | undefined
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
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const CONNECTION_TOKEN = 'http://auth0.com/oauth/token-type/federated-connection-access-token'

/**
 * Exchanges an Auth0 access token for the third party's, which Token Vault keeps and refreshes (RFC 8693).
 * Runs on servers only: it throws in a browser, where the client secret would be public. Caches nothing.
 * Throws `TokenError`: `connection_not_connected` where the user has no such account with a refresh token,
 * `unexpected_response`, or the `error` that the token endpoint answered.
 *
 * @see https://auth0.com/docs/secure/tokens/token-vault/access-token-exchange-with-token-vault
 */
export async function exchangeConnectionToken(
  options: ExchangeConnectionTokenOptions,
): Promise<ConnectionToken> {
  const { domain, signal, fetch = runtimeFetch } = options
  const request = new Request(`${tenantOrigin(domain)}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(exchangeParameters(options)),
    redirect: 'manual',
    signal: signal ?? null,
  })
  const response = await fetch(request)
  const text = await response.text()
  const body = parseJson(text)
  if (!response.ok || !isTokenVaultExchangeResponse(body))
    throw exchangeError(response.status, body)
  return {
    accessToken: body.access_token,
    expiresAt: body.expires_in === undefined ? undefined : Date.now() + body.expires_in * 1000,
    scopes: (body.scope ?? '').split(/[\s,]+/).filter(Boolean),
  }
}

function exchangeParameters(options: ExchangeConnectionTokenOptions): Record<string, string> {
  if (typeof window !== 'undefined' && typeof document !== 'undefined') {
    throw new Error(
      'exchangeConnectionToken needs a client secret, so it runs on a server, not in a browser.',
    )
  }
  const { clientId, clientAuth, subjectToken, subjectTokenType, connection, loginHint } = options
  const clientSecret = clientAuth?.clientSecret
  const required = { clientId, 'clientAuth.clientSecret': clientSecret, subjectToken, connection }
  for (const [name, value] of Object.entries(required)) {
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} is missing.`)
  }
  if (subjectTokenType !== 'access_token') {
    throw new TypeError("subjectTokenType must be 'access_token'.")
  }
  return {
    grant_type: GRANT_TYPE,
    client_id: clientId,
    client_secret: clientSecret,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: CONNECTION_TOKEN,
    connection,
    ...(loginHint && { login_hint: loginHint }),
  }
}

function exchangeError(status: number, body: unknown): TokenError {
  if (!isOAuthError(body)) {
    const message = `The token endpoint answered ${status} without an OAuth answer.`
    return new TokenError('unexpected_response', { message, status })
  }
  const { error, error_description: description } = body
  const message = description ? `${error}: ${description}` : error
  const notConnected = error === 'federated_connection_refresh_token_not_found'
  return new TokenError(notConnected ? 'connection_not_connected' : error, { message, status })
}
