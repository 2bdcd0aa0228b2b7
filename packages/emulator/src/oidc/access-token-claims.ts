import type { AccessToken, ClientCredentials, JWTStructured } from 'oidc-provider'
import type { Context } from '../context.js'
import { findApi } from './resource-servers.js'

/** Turns oidc-provider's claims of an access token into Auth0's, before it is signed. */
export function customizeAccessToken(
  context: Context,
  token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): void {
  const { client_id, ...claims } = payload
  // oidc-provider reads the machine's clock.
  const ahead = Math.round((context.now() - Date.now()) / 1000)
  for (const name of ['iat', 'exp']) payload[name] = Number(claims[name]) + ahead
  delete payload.client_id
  payload.azp = client_id
  if (token.kind === 'ClientCredentials') {
    Object.assign(payload, { sub: `${client_id}@clients`, gty: 'client-credentials' })
  }
  // Not Auth0's: the switch `device` has nothing else to tell a login of an unbound token by.
  if (claims.aud === context.myAccountAudience && 'sid' in token) payload.sid = token.sid
  if (token.scopes.has('openid')) payload.aud = [claims.aud, `${context.issuer}userinfo`]
  if (findApi(context, String(claims.aud))?.proof_of_possession !== 'none') return
  // An API without DPoP gets an unbound token even if the request had a proof; the answer's token_type follows from jkt.
  delete payload.cnf
  delete token.jkt
}
