import { errors } from 'oidc-provider'

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
