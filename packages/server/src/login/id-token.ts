import type { IDToken } from 'openid-client'
import { LoginFlowError } from '../errors.js'
import type { User } from '../sessions/session.js'

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
