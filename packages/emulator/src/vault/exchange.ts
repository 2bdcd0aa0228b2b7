import { importJWK, jwtVerify } from 'jose'
import type { Lab, Tenancy } from '../context/context.js'
import type { Trace } from '../logs/trace.js'
import { invalidRequest, OAuthError } from '../oauth/oauth-error.js'
import { optional, type Parameters, required } from '../oauth/token-request.js'
import { authMethodOf, type Client } from '../tenant/tenant.js'
import { ProviderDown } from '../upstream/client.js'
import { ScopeNotGranted, type Vault, type VaultRequest } from './vault.js'

const tokenType = 'urn:ietf:params:oauth:token-type:'
const ACCESS_TOKEN = `${tokenType}access_token`
const REFRESH_TOKEN = `${tokenType}refresh_token`
const FEDERATED_TOKEN = 'http://auth0.com/oauth/token-type/federated-connection-access-token'

/** The subject token type of the privileged exchange, whose subject token the client has signed. */
export const PRIVILEGED_SUBJECT = `${tokenType}jwt`
/** The type of token that the privileged exchange issues. */
export const PRIVILEGED_TOKEN = 'http://auth0.com/oauth/token-type/token-vault-access-token'

/** The parameters of the exchange (RFC 8693 §2.1). */
export const EXCHANGE_PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'connection',
  'login_hint',
  'scope',
]

/** A Token Vault exchange whose client and parameters have been checked. Its subject token has not. */
export interface ExchangeRequest {
  client: Client
  connection: string
  subjectToken: string
  subjectTokenType: string
  issuedTokenType: string
  loginHint: string | undefined
}

/** The user of a subject token, and which of the user's accounts and scopes the exchange is about. */
export type ExchangeSubject = Omit<VaultRequest, 'connection'>

/** Returns whether the subject token is a JWT that a privileged client has signed. */
export function isPrivileged({ subjectTokenType }: ExchangeRequest): boolean {
  return subjectTokenType === PRIVILEGED_SUBJECT
}

/**
 * Reads an exchange. Throws `unauthorized_client` (403) if the client cannot use Token Vault, and `invalid_request` (400) if a
 * parameter is wrong.
 */
export function readExchange(
  context: Tenancy,
  client: Client,
  parameters: Parameters,
): ExchangeRequest {
  requireOwnClient(client)
  const subjectToken = required(parameters, 'subject_token')
  const subjectTokenType = required(parameters, 'subject_token_type')
  const issuedTokenType =
    subjectTokenType === PRIVILEGED_SUBJECT ? PRIVILEGED_TOKEN : FEDERATED_TOKEN
  if (required(parameters, 'requested_token_type') !== issuedTokenType) {
    const place = `with the subject_token_type ${subjectTokenType}`
    throw invalidRequest(`requested_token_type must be ${issuedTokenType} ${place}`)
  }
  const connection = enabledConnection(context, required(parameters, 'connection'))
  const loginHint = optional(parameters, 'login_hint')
  const request = { client, connection, subjectToken, subjectTokenType, issuedTokenType, loginHint }
  if (isPrivileged(request) && !client.token_vault_privileged_access) {
    throw unauthorizedClient('The client has no privileged access to Token Vault')
  }
  return request
}

/** Creates the error for a client that is not allowed to do an exchange. */
export function unauthorizedClient(description: string): OAuthError {
  return new OAuthError(403, 'unauthorized_client', description)
}

/**
 * Returns the subject of an exchange of an access or refresh token. `userOfRefreshToken` returns the user of the client's refresh
 * token, or undefined if it is not valid. Throws `invalid_grant` (401) for a token that is not valid, and `invalid_request` (400).
 */
export async function readSubject(
  context: Tenancy,
  request: ExchangeRequest,
  userOfRefreshToken: (token: string) => Promise<string | undefined>,
): Promise<ExchangeSubject> {
  const { client, subjectToken, subjectTokenType, loginHint } = request
  const readers: Record<string, () => Promise<string | undefined>> = {
    [ACCESS_TOKEN]: () => userOfAccessToken(context, client, subjectToken),
    [REFRESH_TOKEN]: () => userOfRefreshToken(subjectToken),
  }
  const read = readers[subjectTokenType]
  if (!read) {
    const supported = [...Object.keys(readers), PRIVILEGED_SUBJECT].join(' or ')
    throw invalidRequest(`subject_token_type must be ${supported}`)
  }
  if (subjectTokenType === REFRESH_TOKEN && client.refresh_token.rotation_type === 'rotating') {
    throw invalidRequest('Token Vault needs refresh token rotation turned off')
  }
  const userId = await read()
  if (userId !== undefined && context.users.find(userId)) {
    return { userId, ...(loginHint !== undefined && { loginHint }) }
  }
  throw new OAuthError(401, 'invalid_grant', 'The subject token is not valid')
}

/** Exchanges a subject for the provider's access token. Returns the body of the response, and writes the account to the trace. */
export async function exchange(
  { context, vault, trace }: { context: Lab; vault: Vault; trace: Trace },
  { connection, issuedTokenType }: ExchangeRequest,
  subject: ExchangeSubject,
): Promise<Record<string, unknown>> {
  trace.userId = subject.userId
  const found = await vault
    .exchange({ ...subject, connection })
    .catch((error) => refuseExchange(context, error))
  if (!found) {
    const error = 'federated_connection_refresh_token_not_found'
    throw new OAuthError(401, error, 'Federated connection Refresh Token not found.')
  }
  const { account, accessToken, expiresIn, scope } = found
  trace.account = account
  return {
    access_token: accessToken,
    expires_in: expiresIn,
    issued_token_type: issuedTokenType,
    scope,
    token_type: 'Bearer',
  }
}

function requireOwnClient(client: Client): void {
  const { is_first_party = true, oidc_conformant = true } = client
  if (authMethodOf(client) !== 'none' && is_first_party && oidc_conformant) return
  const wanted = 'confidential, first-party and OIDC-conformant'
  throw unauthorizedClient(`Token Vault needs a client that is ${wanted}`)
}

function enabledConnection({ tenant }: Tenancy, name: string): string {
  const connection = tenant.connections.find((known) => known.name === name)
  if (connection?.connected_accounts.active) return name
  throw invalidRequest('Token Vault is not enabled for the provided connection')
}

async function userOfAccessToken(
  { issuer, signingKey, now }: Tenancy,
  { resource_server_identifier: audience }: Client,
  token: string,
): Promise<string | undefined> {
  // jose accepts any audience if it is `undefined`, so a client without an API must not get that far.
  if (!audience) return undefined
  const options = {
    algorithms: ['RS256'],
    issuer,
    audience,
    requiredClaims: ['sub', 'exp'],
    currentDate: new Date(now()),
  }
  const key = await importJWK(signingKey.publicJwk, 'RS256')
  return jwtVerify(token, key, options).then(
    ({ payload }) => payload.sub,
    () => undefined,
  )
}

function refuseExchange({ switches }: Lab, error: unknown): undefined {
  if (error instanceof ScopeNotGranted) throw new OAuthError(400, 'invalid_scope', error.message)
  if (!(error instanceof ProviderDown)) throw error
  if (switches.get().exchangeWhileDown === '401') return undefined
  throw new OAuthError(503, 'temporarily_unavailable', error.message)
}
