import { errors } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { factorsOf } from './one-time-password.js'

/** The error if a user cannot meet the Default Policy of the My Account API, because there is no second factor. */
export const UNMET_POLICY = {
  error: 'unmet_authentication_requirements',
  error_description: 'The user does not meet the policy of the My Account API',
}

/** The description of Auth0's errors if a second factor is needed. auth0-spa-js compares it. */
export const MFA_REQUIRED = 'Multifactor authentication required'

/** The error of a refresh that needs a second factor. Its fields are part of the response. */
export class MfaRequired extends errors.CustomOIDCProviderError {
  readonly fields: { mfa_token: string; mfa_requirements: { challenge: { type: 'otp' }[] } }
  constructor(mfa_token: string) {
    super('mfa_required', MFA_REQUIRED)
    Object.assign(this, { status: 403, statusCode: 403 })
    this.fields = { mfa_token, mfa_requirements: { challenge: [{ type: 'otp' }] } }
  }
}

/** A token that a user wants, and whether the user has shown a second factor within the last 15 minutes. */
export interface Wanted {
  audience: unknown
  userId: string | undefined
  isRecent: boolean
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
