import { errors } from 'oidc-provider'
import { createOneAtATime } from '../../memory/one-at-a-time.js'
import { factorsOf } from '../../oauth/my-account-policy.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import { required } from '../../oauth/token-request.js'
import { MFA_OTP_GRANT } from '../../tenant/tenant.js'
import { checkDpopRequired, validateDpop } from '../provider-internals.js'
import { registerGrant } from '../token/grant-request.js'
import { findRefresh } from '../token/refresh-token.js'
import { issueTokens, type RefreshOptions } from '../token/refreshed-tokens.js'
import type { OneTimePasswords } from './one-time-password.js'

/** The options of `registerMfaOtpGrant`. */
export interface MfaOtpGrantOptions extends RefreshOptions {
  oneTimePasswords: OneTimePasswords
}

/** Registers the grant that ends a refresh which needed a second factor: with the `mfa_token` and a one-time password. */
export function registerMfaOtpGrant(options: MfaOtpGrantOptions): void {
  const { provider, context, mfaTimes, mfaTransactions, oneTimePasswords } = options
  const oneAtATime = createOneAtATime()
  registerGrant(provider, {
    name: MFA_OTP_GRANT,
    parameters: ['mfa_token', 'otp'],
    async handle(ctx) {
      const mfaToken = required(ctx.oidc.params, 'mfa_token')
      const otp = required(ctx.oidc.params, 'otp')
      const proof = await validateDpop(provider, ctx)
      checkDpopRequired(provider, ctx, proof)
      // Of two simultaneous requests, the second must see that the first has used the token.
      await oneAtATime(mfaToken, async () => {
        const { clientId } = ctx.oidc.client
        const { userId, refreshToken, parameters } = mfaTransactions.get(mfaToken, clientId)
        // First, because a request that fails here must not use up the one-time password.
        const refresh = await findRefresh({ ...options, ctx, value: refreshToken, proof })
        if (!oneTimePasswords.accept(factorsOf(context.tenant, userId), otp)) {
          throw new OAuthError(403, 'invalid_grant', 'Invalid otp_code.')
        }
        mfaTransactions.delete(mfaToken)
        const { grantId } = refresh.source
        if (grantId === undefined) throw new errors.InvalidGrant('the grant is not valid')
        mfaTimes.pass(grantId)
        await issueTokens(refresh, parameters)
      })
    },
  })
}
