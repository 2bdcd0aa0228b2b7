import { AuthorizationResponseError, ClientError, type IDToken } from 'openid-client'
import { LoginFlowError } from '../errors.js'
import type { User } from '../sessions/session.js'
import { tenantError } from '../tenant/tenant-error.js'

/** The error that came back instead of a code (RFC 6749 §4.1.2.1), where that is what went wrong. */
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

/** What is wrong with an answer: the callback's, the token endpoint's, or the ID token. Other errors as they are. */
export async function loginError(error: unknown, appState: unknown): Promise<unknown> {
  const isInvalid = error instanceof ClientError && INVALID.has(error.code ?? '')
  if (!isInvalid) return tenantError(error)
  const reason = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return new LoginFlowError('invalid_response', { message: error.message + reason, appState })
}

const INVALID = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
])

const OF_THE_PROTOCOL = ['iss', 'aud', 'iat', 'exp', 'nonce', 'at_hash', 'c_hash', 's_hash', 'azp']

/** What the ID token says of the user. */
export function userOf(claims: IDToken | undefined): User {
  const entries = Object.entries({ ...claims }).filter(([name]) => !OF_THE_PROTOCOL.includes(name))
  return { ...Object.fromEntries(entries), sub: claims?.sub ?? '' }
}

/**
 * Throws `LoginFlowError` `organization_mismatch` where the ID token is not of the organization that was asked for, by its
 * id or by its name.
 *
 * @see https://auth0.com/docs/manage-users/organizations/using-tokens
 */
export function checkOrganization(
  { org_id, org_name }: User,
  organization: string | undefined,
  appState: unknown,
): void {
  if (!organization) return
  const isId = organization.startsWith('org_')
  if (isId ? org_id === organization : org_name === organization.toLowerCase()) return
  throw new LoginFlowError('organization_mismatch', {
    message: `The login was to be to the organization ${organization}, and the ID token is not of it.`,
    appState,
  })
}
