import type { components as authentication } from '../contract/generated/authentication.js'
import type { components } from '../contract/generated/my-account.js'
import type {
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectedAccountsPage,
  Connection,
  ConnectionsPage,
  ProblemDetails,
} from '../contract/types.js'
import { parseUrl } from '../http/url.js'

/** Whether a value is what it should be. */
export type Check = (value: unknown) => boolean

/** Whether a value is a string. */
export const isString: Check = (value) => typeof value === 'string'
/** Whether a value is a string that is not empty. */
export const isSomeText: Check = (value) => isString(value) && value !== ''
/** Whether a value is a number. */
export const isNumber: Check = (value) => typeof value === 'number'
/** Whether a value is a boolean. */
export const isBoolean: Check = (value) => typeof value === 'boolean'
/** Whether a value is an array of strings. */
export const isStrings: Check = (value) => Array.isArray(value) && value.every(isString)

const isWebUrl: Check = (value) =>
  typeof value === 'string' && /^https?:$/.test(parseUrl(value)?.protocol ?? '')

/** A check that a missing field passes. */
export function optional(check: Check): Check {
  return (value) => value === undefined || check(value)
}

/** The value of JSON text, or undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a value is an object whose named fields pass their checks; fields that are not named pass. */
export function hasFields(value: unknown, checks: Record<string, Check>): boolean {
  const fields: Record<string, unknown> = Object(value)
  return Object.entries(checks).every(([name, check]) => check(fields[name]))
}

/** What any account has. */
const account = {
  id: isString,
  connection: isString,
  access_type: isString,
  created_at: isString,
}

/** Whether a value is the body of an error answer. */
export function isProblemDetails(value: unknown): value is ProblemDetails {
  return hasFields(value, {
    type: isString,
    title: isString,
    detail: isString,
    status: isNumber,
    validation_errors: optional(arrayOf((error) => hasFields(error, { detail: isString }))),
  })
}

/** Whether a value is an account of the list. */
export function isConnectedAccount(value: unknown): value is ConnectedAccount {
  return hasFields(value, { ...account, scopes: isStrings })
}

/** Whether a value is the account that a flow has connected. */
export function isCompletedConnectedAccount(value: unknown): value is CompletedConnectedAccount {
  return hasFields(value, { ...account, scopes: optional(isStrings) })
}

/** Whether a value is a connection. */
export function isConnection(value: unknown): value is Connection {
  return hasFields(value, { name: isString, strategy: isString, scopes: optional(isStrings) })
}

/** Whether a value is a page of accounts. */
export function isConnectedAccountsPage(value: unknown): value is ConnectedAccountsPage {
  return hasFields(value, { accounts: arrayOf(isConnectedAccount), next: optional(isString) })
}

/** Whether a value is a page of connections. */
export function isConnectionsPage(value: unknown): value is ConnectionsPage {
  return hasFields(value, { connections: arrayOf(isConnection), next: optional(isString) })
}

/** Whether a value is the answer that starts a connect flow. */
export function isConnectResponse(
  value: unknown,
): value is components['schemas']['CreateConnectedAccountResponse'] {
  return hasFields(value, {
    auth_session: isString,
    connect_uri: isWebUrl,
    connect_params: (params) => hasFields(params, { ticket: isString }),
    expires_in: isNumber,
  })
}

/** Whether a value is the answer of a grant that gives a token of Auth0. */
export function isTokenResponse(
  value: unknown,
): value is authentication['schemas']['TokenResponse'] {
  return hasFields(value, {
    access_token: isSomeText,
    token_type: (type) => typeof type === 'string' && /^(bearer|dpop)$/i.test(type), // RFC 6749 §7.1
    expires_in: isNumber,
    scope: optional(isString),
    refresh_token: optional(isString),
  })
}

type TokenVaultExchangeResponse = authentication['schemas']['TokenVaultExchangeResponse']
/** Providers whose tokens do not expire may leave `expires_in` out (RFC 6749 §5.1). */
type ConnectionTokenResponse = Omit<TokenVaultExchangeResponse, 'expires_in'> &
  Partial<Pick<TokenVaultExchangeResponse, 'expires_in'>>

/** Whether a value is the answer of a Token Vault exchange. */
export function isTokenVaultExchangeResponse(value: unknown): value is ConnectionTokenResponse {
  return hasFields(value, {
    access_token: isSomeText,
    token_type: isString,
    expires_in: optional(isNumber),
    scope: optional(isString),
  })
}

/** Whether a value is an OAuth error (RFC 6749 §5.2). */
export function isOAuthError(value: unknown): value is authentication['schemas']['OAuthError'] {
  return hasFields(value, { error: isString, error_description: optional(isString) })
}

function arrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}
