import { isMyAccountApiError } from '../errors/my-account-api-error.js'
import { readConnectionRequired } from './connection-required-error.js'

/** What a failed call said about a grant, which the list of accounts does not show. It can be sent as JSON. */
export interface GrantError {
  /** `connection_not_connected`: there is no usable grant. `insufficient_scope`: the grant does not allow the call. */
  code: 'connection_not_connected' | 'insufficient_scope'
  /** The scopes that the call needs, if the error names them. */
  scopes?: string[]
}

/**
 * Reads what an error says about a grant. The error is a
 * `ConnectionRequiredError`, a `TokenError`, or the JSON body that your API responded with: its
 * `code` or `error`, and its `scope`.
 *
 * @returns Undefined if the error is not about a grant. For a `MyAccountApiError` always undefined, because that error is
 * about the login's access token.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 | RFC 6750 §3} for `insufficient_scope` and `scope`
 * @example
 * ```ts
 * const response = await fetch('/api/events')
 * const grantError = response.ok ? undefined : readGrantError(await response.json())
 * const { status } = connectionHealth('google-oauth2', { accounts, grantError })
 * ```
 */
export function readGrantError(error: unknown): GrantError | undefined {
  if (typeof error !== 'object' || error === null || isMyAccountApiError(error)) return undefined
  const required = readConnectionRequired(error)
  if (required?.reason === 'missing_scopes') {
    return { code: 'insufficient_scope', scopes: [...required.scopes] }
  }
  if (required) return { code: 'connection_not_connected' }
  const { code, error: name = code, scope }: Record<string, unknown> = { ...error }
  if (typeof name !== 'string') return undefined
  if (NO_GRANT_CODES.includes(name)) return { code: 'connection_not_connected' }
  if (name !== 'insufficient_scope') return undefined
  return typeof scope === 'string' ? { code: name, scopes: scope.split(' ') } : { code: name }
}

/** Our code, and the code of Auth0's token endpoint. */
const NO_GRANT_CODES = ['connection_not_connected', 'federated_connection_refresh_token_not_found']
