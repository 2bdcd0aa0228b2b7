import type { IDToken } from 'openid-client'
import { LoginFlowError } from '../errors.js'
import type { User } from '../sessions/session.js'

const PROTOCOL_CLAIMS = ['iss', 'aud', 'iat', 'exp', 'nonce', 'at_hash', 'c_hash', 's_hash', 'azp']

/** Returns the claims of an ID token that are about the user. */
export function userOf(claims: IDToken): User {
  const entries = Object.entries(claims).filter(([name]) => !PROTOCOL_CLAIMS.includes(name))
  return { ...Object.fromEntries(entries), sub: claims.sub }
}

/**
 * Checks that an ID token is of the organization that was requested, by its id or by its name.
 *
 * @throws {LoginFlowError} `organization_mismatch`, if it is of another one or of none.
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
    message: `The login was requested for the organization ${organization}, but the ID token is not of it. Start again.`,
    appState,
  })
}
