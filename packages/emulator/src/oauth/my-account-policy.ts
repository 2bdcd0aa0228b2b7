import type { Context } from '../context/context.js'
import type { AuthenticationMethod, Tenant } from '../tenant/tenant.js'

/** The error if a user cannot meet the Default Policy of the My Account API, because there is no second factor. */
export const UNMET_POLICY = {
  error: 'unmet_authentication_requirements',
  error_description: 'The user does not meet the policy of the My Account API',
}

/** A token that a user wants, and whether the user has shown a second factor within the last 15 minutes. */
export interface Wanted {
  audience: unknown
  userId: string | undefined
  isRecent: boolean
}

/** Returns the second factors of a user: none if the user logs in with a connection. */
export function factorsOf(
  { users }: Pick<Tenant, 'users'>,
  userId: string | undefined,
): readonly AuthenticationMethod[] {
  return users.find(({ user_id }) => user_id === userId)?.authentication_methods ?? []
}

/**
 * Returns what the Default Policy of the My Account API still needs of a user: nothing, a second factor (`mfa`), or one that the user
 * does not have (`unmet`).
 */
export function policyNeeds(
  { switches, tenant, myAccountAudience }: Context,
  { audience, userId, isRecent }: Wanted,
): 'nothing' | 'mfa' | 'unmet' {
  const { myAccountPolicy } = switches.get()
  if (audience !== myAccountAudience || myAccountPolicy === 'none') return 'nothing'
  const hasFactor = factorsOf(tenant, userId).length > 0
  if (myAccountPolicy === 'unmet' || !hasFactor) return 'unmet'
  return isRecent ? 'nothing' : 'mfa'
}
