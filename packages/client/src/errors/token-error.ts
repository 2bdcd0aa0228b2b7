import { retryAfter } from '../http/rate-limit.js'
import { CodedError, type ErrorDetails } from './coded-error.js'

/** Codes of {@link TokenError}: those of this package, and any `error` that an authorization server sends. */
export type TokenErrorCode =
  | 'dpop_prover_missing'
  | 'token_not_bound'
  | 'missing_refresh_token'
  | 'insufficient_scope'
  | 'connection_not_connected'
  | 'ambiguous_account'
  | 'provider_unavailable'
  | 'unexpected_response'
  | 'invalid_grant'
  | 'invalid_client'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'access_denied'
  | 'mfa_required'
  | 'unmet_authentication_requirements'
  | 'use_dpop_nonce'
  | 'invalid_dpop_proof'
  | 'too_many_requests'
  | (string & {})

/** There is no token that can be used. */
export class TokenError extends CodedError<TokenErrorCode> {
  override readonly name = 'TokenError'
  /** Status of the token endpoint's answer, if there was one. */
  declare readonly status: number | undefined
  /** Seconds to wait, from `retry-after`. Undefined if there is none; browsers hide that header across origins. */
  declare readonly retryAfter: number | undefined

  constructor(
    code: TokenErrorCode,
    { response, ...details }: ErrorDetails & { response?: Response },
  ) {
    super(code, details, {
      status: response?.status,
      retryAfter: response && retryAfter(response),
    })
  }
}

/**
 * Returns true if a value is a {@link TokenError}, also one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   for await (const { id } of iterateConnectedAccounts(client)) console.log(id)
 * } catch (error) {
 *   if (!isTokenError(error) || error.code !== 'invalid_grant') throw error
 *   console.log('Your session has ended. Log in again.')
 * }
 * ```
 */
export function isTokenError(value: unknown): value is TokenError {
  return Object(value).name === 'TokenError'
}
