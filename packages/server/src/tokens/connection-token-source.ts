import type { ConnectedAccount, Fetch } from '@connected-accounts/client'
import {
  checkFunction,
  checkTimeout,
  DEFAULT_TIMEOUT,
  tenantOrigin,
  within,
} from '@connected-accounts/client/internal'
import {
  type ClientAuth,
  type ConnectionToken,
  type ExchangeConnectionTokenOptions,
  exchangeConnectionToken,
  type SigningKey,
  signTokenVaultRequest,
} from '@connected-accounts/client/token-vault'
import { createConnectionTokens } from '../sessions/connection-token-cache.js'

/** Which token of Token Vault is wanted. */
export interface ConnectionTokenRequest {
  /** The name of the connection, like `google-oauth2`. */
  connection: string
  /** Chooses among several accounts of the connection. */
  loginHint?: string | undefined
  /** The scopes that the call needs. A source may return a token with more. Default: all scopes of the account. */
  scopes?: readonly string[] | undefined
  /** The token that the provider has just rejected. The source does not return it from its cache. */
  rejectedToken?: string | undefined
}

/** Where the tokens of one user come from: Token Vault, asked in the name of a session, of a caller or of the user. */
export interface ConnectionTokenSource {
  /**
   * Returns a token of the provider, from a cache if it has one.
   *
   * @throws {TokenError} connection_not_connected, if Token Vault has no usable account of the connection.
   */
  getToken(request: ConnectionTokenRequest): Promise<ConnectionToken>
  /** Returns the user's accounts of a connection. Left out if the source cannot list them. */
  listAccounts?(connection: string): Promise<ConnectedAccount[]>
}

/** The user of a {@link UserTokenSources}. */
export interface VaultUser {
  /** The user's id, like `auth0|1`. */
  userId: string
  /** The organization in which the account was connected. */
  orgId?: string | undefined
}

/** Returns the source of a user's tokens, for work that no request of the user has started. */
export type UserTokenSources = (user: VaultUser) => ConnectionTokenSource

interface ExchangeOptions {
  /** The tenant's domain, like `tenant.eu.auth0.com`. */
  domain: string
  clientId: string
  /** How long an exchange may take, in milliseconds. Default: 30,000. */
  timeout?: number | undefined
  /** Sends the exchanges. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** Options of {@link fromAccessToken}. */
export interface FromAccessTokenOptions extends ExchangeOptions {
  /** The id of the client that belongs to your API: its type is `resource_server`. */
  clientId: string
  clientAuth: ClientAuth
}

/**
 * Creates a function that returns the tokens of the user who called your API, in exchange for the access token of that call. Create it
 * once: it caches the provider's tokens for each access token, for the 1000 that were used last. It does not notice if the account is
 * deleted: a cached token is used until it expires.
 *
 * Such a source cannot list accounts, so `createProviderFetch` cannot tell an expired grant from one that never existed.
 *
 * @returns A function that takes an access token. Verify the access token first.
 * @throws {TypeError} if an option is wrong or missing; the message names it.
 * @see https://auth0.com/docs/secure/tokens/token-vault/access-token-exchange-with-token-vault
 * @example
 * ```ts
 * const exchangeOf = fromAccessToken({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'the client of the API',
 *   clientAuth: { clientSecret: process.env.CLIENT_SECRET ?? '' },
 * })
 * // For each call of your API.
 * const { accessToken } = await verifyAccessToken(request)
 * const calendar = createProviderFetch({ exchange: exchangeOf(accessToken), connection, allowedOrigins })
 * ```
 */
export function fromAccessToken(
  options: FromAccessTokenOptions,
): (accessToken: string) => ConnectionTokenSource {
  const exchange = createExchange(options)
  const { clientAuth } = options
  return (accessToken) => {
    if (typeof accessToken !== 'string' || !accessToken) {
      throw new TypeError('accessToken must be the access token that your API was called with.')
    }
    return exchange(accessToken, async ({ connection, loginHint }) => ({
      clientAuth,
      subjectToken: accessToken,
      subjectTokenType: 'access_token',
      connection,
      loginHint,
    }))
  }
}

/** Options of {@link privilegedWorker}. */
export interface PrivilegedWorkerOptions extends ExchangeOptions, SigningKey {
  /** The id of a client with privileged access to Token Vault. `privateKey` is one of its credentials for that. */
  clientId: string
  /** How the client authenticates. Default: with `privateKey`. */
  clientAuth?: ClientAuth | undefined
  /** Why the tokens are needed, for the tenant's log. At most 256 characters, together with `agentId`. */
  auditContext: string
  /** Which agent needs the tokens. The tenant's log has it in `audit_context`, like `agent_id=briefing; nightly import`. */
  agentId?: string | undefined
}

/**
 * Creates a function that returns the tokens of any user who has connected an account, for a job or an agent to which no user is logged
 * in. The client needs `token_vault_privileged_access` at the tenant. Create it once: it caches the tokens of the 1000 users that were
 * used last.
 *
 * @returns A function that takes a user. It requests no more than the `scopes` of a request. It cannot list accounts.
 * @throws {TypeError} if an option is wrong or missing; the message names it.
 * @example
 * ```ts
 * const exchangeOf = privilegedWorker({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'the client of the job',
 *   privateKey,
 *   auditContext: 'nightly calendar import',
 * })
 * const calendar = createProviderFetch({ exchange: exchangeOf({ userId: 'auth0|1' }), connection, allowedOrigins })
 * ```
 */
export function privilegedWorker(options: PrivilegedWorkerOptions): UserTokenSources {
  const exchange = createExchange(options)
  const { domain, clientId, privateKey, kid } = options
  const { clientAuth = { privateKey, kid } } = options
  const auditContext = auditContextOf(options)
  return ({ userId, orgId }) => {
    if (typeof userId !== 'string' || !userId) {
      throw new TypeError("userId must be the id of a user, like 'auth0|1'.")
    }
    return exchange(
      JSON.stringify([userId, orgId]),
      async ({ connection, loginHint, scopes = [] }) => {
        const subject = { domain, clientId, privateKey, kid, user: userId, orgId, auditContext }
        const subjectToken = await signTokenVaultRequest(subject)
        return {
          clientAuth,
          subjectToken,
          subjectTokenType: 'jwt',
          connection,
          loginHint,
          scopes: [...scopes],
        }
      },
    )
  }
}

function auditContextOf({ auditContext, agentId }: PrivilegedWorkerOptions): string {
  const text = agentId === undefined ? auditContext : `agent_id=${agentId}; ${auditContext}`
  const isText = typeof auditContext === 'string' && auditContext !== '' && agentId !== ''
  if (isText && text.length <= MAX_AUDIT_CONTEXT) return text
  throw new TypeError(
    `auditContext and agentId must be texts, and have at most ${MAX_AUDIT_CONTEXT} characters together.`,
  )
}

const MAX_AUDIT_CONTEXT = 256

type Subject = Omit<ExchangeConnectionTokenOptions, 'domain' | 'clientId' | 'fetch' | 'signal'>

/** Returns a function that creates the source of a subject, whose tokens are cached under its `id`. */
function createExchange({
  domain,
  clientId,
  timeout = DEFAULT_TIMEOUT,
  fetch,
}: ExchangeOptions): (
  id: string,
  subjectOf: (request: ConnectionTokenRequest) => Promise<Subject>,
) => ConnectionTokenSource {
  tenantOrigin(domain)
  checkTimeout(timeout)
  checkFunction(fetch, 'fetch')
  if (typeof clientId !== 'string' || !clientId) throw new TypeError('clientId is missing.')
  const cache = createConnectionTokens()
  return (id, subjectOf) => {
    const owner = { id, user: { sub: id }, expiresAt: Number.POSITIVE_INFINITY }
    return {
      getToken(request) {
        const { connection, loginHint = '', scopes = [], rejectedToken } = request
        const key = JSON.stringify([connection, loginHint, scopes.toSorted()])
        const exchange = async () => {
          const subject = await subjectOf(request)
          const signal = AbortSignal.timeout(timeout)
          return exchangeConnectionToken({ ...subject, domain, clientId, fetch, signal })
        }
        return cache.get(owner, { key, rejectedToken }, () => within(exchange(), timeout))
      },
    }
  }
}
