import { type AccessToken, type ClientCredentials, errors, type JWTStructured } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { accessTokenClaims } from '../../resource-server/access-token-claims.js'
import type { GrantOrganizations } from '../login/organization-grants.js'
import { findApi } from '../resource-servers.js'

/** Replaces the header and the claims of oidc-provider's access token by those of Auth0, before the token is signed. */
export function customizeAccessToken(
  context: Context,
  organizations: GrantOrganizations,
  token: AccessToken | ClientCredentials,
  jwt: JWTStructured,
): void {
  const api = findApi(context, token.resourceServer?.audience ?? '')
  if (!api) throw new errors.InvalidTarget()
  // For an API without DPoP, the token is unbound even if the request had a proof. The response's token_type depends on jkt.
  if (api.proof_of_possession === 'none') delete token.jkt
  const { clientId = '', scope = '', expiration: lifetime, jkt } = token
  const content = { api, clientId, scope, lifetime, jkt }
  const { typ, claims } = accessTokenClaims(context, { ...content, ...ofUser() })
  jwt.header = { typ }
  jwt.payload = claims

  function ofUser() {
    if (token.kind === 'ClientCredentials') return {}
    const { accountId: userId, grantId, sid } = token
    // Auth0 has no `sid` here. The switch `device` needs it to identify the login of an unbound token.
    const hasSid = api?.identifier === context.myAccountAudience && sid !== undefined
    return { userId, more: { ...(hasSid && { sid }), ...organizations.claims(grantId) } }
  }
}
