import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { runPostLogin } from '../../actions/run-post-login.js'
import type { Context } from '../../context/context.js'
import { findOrganization } from '../../tenant/connections.js'
import type { MfaTimes } from '../mfa/mfa-times.js'
import type { LoginOutcomes } from './login-outcomes.js'

/** What the end of a login reads and writes. */
export interface LoginStores {
  outcomes: LoginOutcomes
  mfaTimes: MfaTimes
}

// Only the ID token of a login in which the user showed a second factor has these, not the tokens of a refresh.
const MFA_CLAIMS = {
  acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
  amr: ['mfa'],
}

/**
 * Runs the Action `postLogin` at the end of a login, and remembers its claims for the exchange of the code. Throws `access_denied`
 * if the Action refuses the login.
 */
export async function finishLogin(
  context: Context,
  { outcomes, mfaTimes }: LoginStores,
  ctx: KoaContextWithOIDC,
): Promise<void> {
  const { client, entities, params, requestParamScopes, result, session } = ctx.oidc
  const query = textsOf({ ...params })
  const { denial, accessToken, idToken } = await runPostLogin(context, {
    userId: session?.accountId ?? '',
    clientId: client?.clientId ?? '',
    protocol: 'oidc-basic-profile',
    requestedScopes: [...requestParamScopes],
    audience: query.audience,
    organization: findOrganization(context.tenant, params?.organization),
    request: {
      of: ctx.req,
      method: ctx.method,
      // Without the ID of the interaction.
      url: new URL('/authorize', context.url),
      userAgent: ctx.get('user-agent'),
    },
    query,
  })
  if (denial !== undefined) throw new errors.AccessDenied(denial)
  const grantId = entities.Grant?.jti ?? ''
  mfaTimes.copy(session?.uid ?? '', grantId)
  outcomes.set(grantId, {
    accessToken,
    idToken: { ...idToken, ...(result?.mfa ? MFA_CLAIMS : {}) },
  })
}

function textsOf(params: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(params).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}
