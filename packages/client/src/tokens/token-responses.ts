import type { components } from '../contract/generated/authentication.js'
import { hasFields, isNumber, isSomeText, isString, optional } from '../http/json.js'

/** Whether a value is the answer of a grant that gives a token of Auth0. */
export function isTokenResponse(value: unknown): value is components['schemas']['TokenResponse'] {
  return hasFields(value, {
    access_token: isSomeText,
    token_type: (type) => typeof type === 'string' && /^(bearer|dpop)$/i.test(type), // RFC 6749 §7.1
    expires_in: isNumber,
    scope: optional(isString),
    refresh_token: optional(isString),
  })
}

type TokenVaultExchangeResponse = components['schemas']['TokenVaultExchangeResponse']
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
export function isOAuthError(value: unknown): value is components['schemas']['OAuthError'] {
  return hasFields(value, { error: isString, error_description: optional(isString) })
}
