import { type AccessToken, type ClientCredentials, errors, type JWTStructured } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { accessTokenClaims } from '../../resource-server/access-token-claims.js'
import type { GrantOrganizations } from '../login/organization-grants.js'
import { findApi } from '../resource-servers.js'

/** An access token of oidc-provider before it is signed. */
interface UnsignedAccessToken {
  context: Context
  organizations: GrantOrganizations
  token: AccessToken | ClientCredentials
  jwt: JWTStructured
}

/** Replaces the header and the claims of oidc-provider's access token by those of Auth0. */
export function customizeAccessToken(unsigned: UnsignedAccessToken): void {
  const { context, token, jwt } = unsigned
  const api = findApi(context, token.resourceServer?.audience ?? '')
  if (!api) throw new errors.InvalidTarget()
  // For an API without DPoP, the token is unbound even if the request had a proof. The response's token_type depends on jkt.
  if (api.proof_of_possession === 'none') delete token.jkt
  const { clientId = '', scope = '', expiration: lifetime, jkt } = token
  const content = { api, clientId, scope, lifetime, jkt, ...userOf(unsigned) }
  const { typ, claims } = accessTokenClaims(context, content)
  jwt.header = { typ }
  jwt.payload = claims
}

// Returns the user, and the claims about the login. A machine token has neither.
function userOf({ context, organizations, token }: UnsignedAccessToken) {
  if (token.kind === 'ClientCredentials') return {}
  const { accountId: userId, grantId, sid, extra: custom = {}, resourceServer } = token
  // Auth0 has no `sid` here. The switch `device` needs it to identify the login of an unbound token.
  const hasSid = resourceServer?.audience === context.myAccountAudience && sid !== undefined
  return { userId, custom, more: { ...(hasSid && { sid }), ...organizations.claims(grantId) } }
}
