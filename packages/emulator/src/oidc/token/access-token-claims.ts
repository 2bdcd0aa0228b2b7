import type { AccessToken, ClientCredentials, JWTStructured } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { findApi } from '../resource-servers.js'

/** Changes the claims of oidc-provider's access token to those of Auth0, before the token is signed. */
export function customizeAccessToken(
  context: Tenancy,
  token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): void {
  const { client_id, ...claims } = payload
  // oidc-provider uses the machine's clock.
  const ahead = Math.round((context.now() - Date.now()) / 1000)
  for (const name of ['iat', 'exp']) payload[name] = Number(claims[name]) + ahead
  delete payload.client_id
  payload.azp = client_id
  if (token.kind === 'ClientCredentials') {
    Object.assign(payload, { sub: `${client_id}@clients`, gty: 'client-credentials' })
  }
  // Auth0 has no `sid` here. The switch `device` needs it to identify the login of an unbound token.
  if (claims.aud === context.myAccountAudience && 'sid' in token) payload.sid = token.sid
  if (token.scopes.has('openid')) payload.aud = [claims.aud, `${context.issuer}userinfo`]
  if (findApi(context, String(claims.aud))?.proof_of_possession !== 'none') return
  // For an API without DPoP, the token is unbound even if the request had a proof. The response's token_type depends on jkt.
  delete payload.cnf
  delete token.jkt
}
