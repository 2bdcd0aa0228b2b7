import { AuthorizationResponseError, ClientError } from 'openid-client'
import { LoginFlowError } from '../errors.js'
import { tenantError } from '../tenant/tenant-error.js'

/** Returns the error that came back in place of a code (RFC 6749 §4.1.2.1). Undefined if something else went wrong. */
export function authorizationError(error: unknown, appState: unknown): LoginFlowError | undefined {
  if (!(error instanceof AuthorizationResponseError)) return undefined
  const { error: reason, error_description: description } = error
  const isInWords = /^[a-z]+(_[a-z]+)*$/.test(reason)
  return new LoginFlowError(reason === 'access_denied' ? 'access_denied' : 'provider_error', {
    message: description ? `${reason}: ${description}` : reason,
    error: isInWords ? reason : undefined,
    appState,
  })
}

/** Returns the error to throw if a callback, an answer of the token endpoint or an ID token is wrong. Other errors stay as they are. */
export async function loginError(error: unknown, appState: unknown): Promise<unknown> {
  const isInvalid = error instanceof ClientError && INVALID.has(error.code)
  if (!isInvalid) return tenantError(error)
  const cause = error.cause as Error // with these codes it is the error of oauth4webapi, which says what is wrong
  const message = `${error.message}: ${cause.message}`
  return new LoginFlowError('invalid_response', { message, appState })
}

const INVALID = new Set<string | undefined>([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
])
