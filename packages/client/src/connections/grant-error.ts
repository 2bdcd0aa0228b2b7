import { isMyAccountApiError } from '../errors/my-account-api-error.js'

/** What a call that failed said of a grant, which the list of accounts does not show. Survives JSON. */
export interface GrantError {
  /** `connection_not_connected`: no usable grant at all. `insufficient_scope`: one that is not enough for the call. */
  code: 'connection_not_connected' | 'insufficient_scope'
  /** The scopes that the call needs, where that was said. */
  scopes?: string[]
}

/**
 * What an error says of the grant, like a `TokenError` or the JSON that an API of yours answered; undefined where it is about
 * something else. Read are `code` or `error`, and `scope` as RFC 6750 §3 has it. A `MyAccountApiError` is about the login's own
 * token, never about a grant.
 */
export function readGrantError(error: unknown): GrantError | undefined {
  if (typeof error !== 'object' || isMyAccountApiError(error)) return undefined
  const { code, error: name = code, scope }: Record<string, unknown> = { ...error }
  if (NO_GRANT.includes(String(name))) return { code: 'connection_not_connected' }
  if (name !== 'insufficient_scope') return undefined
  return { code: name, ...(typeof scope === 'string' && { scopes: scope.split(' ') }) }
}

// Ours, and the one that Auth0's token endpoint answers.
const NO_GRANT = ['connection_not_connected', 'federated_connection_refresh_token_not_found']
