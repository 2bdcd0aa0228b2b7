import { importJWK, jwtVerify } from 'jose'
import type { Lab } from '../../context/context.js'
import { authMethodOf, type Client } from '../../tenant/tenant.js'
import { ProviderDown } from '../../upstream/client.js'
import { invalid, Refusal, required, type TokenCall } from './token-request.js'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token'
const vaultTokenType = 'http://auth0.com/oauth/token-type/federated-connection-access-token'

/**
 * Exchanges a token of the tenant for the provider's access token of a connected account (RFC 8693). Throws a `Refusal`.
 */
export async function exchange(call: TokenCall): Promise<Record<string, unknown>> {
  const { context, client, form, vault } = call
  requireOwn(client)
  const connection = required(call, 'connection')
  const known = context.tenant.connections.find(({ name }) => name === connection)
  if (required(call, 'requested_token_type') !== vaultTokenType) {
    throw invalid(`requested_token_type must be ${vaultTokenType}`)
  }
  if (!known?.connected_accounts.active) {
    throw invalid('Token Vault is not enabled for the provided connection')
  }
  const userId = await subjectOf(call)
  if (!context.users.find(userId) || userId === undefined) {
    throw new Refusal(401, 'invalid_grant', 'The subject token is not valid')
  }
  const hint = form.get('login_hint')
  const found = await vault
    .exchange({ userId, connection, ...(hint !== null && { loginHint: hint }) })
    .catch((error) => refuseWhileDown(context, error))
  if (!found) {
    const error = 'federated_connection_refresh_token_not_found'
    throw new Refusal(401, error, 'Federated connection Refresh Token not found.')
  }
  const { accessToken, expiresIn, scope } = found
  const issued = { issued_token_type: vaultTokenType, token_type: 'Bearer' }
  return { access_token: accessToken, expires_in: expiresIn, scope, ...issued }
}

async function subjectOf(call: TokenCall): Promise<string | undefined> {
  const { context, client, refreshTokens } = call
  const token = required(call, 'subject_token')
  const type = required(call, 'subject_token_type')
  if (type === refreshTokenType) return refreshTokens.find(token, client.client_id)?.userId
  if (type !== accessTokenType) {
    throw invalid(`subject_token_type must be ${accessTokenType} or ${refreshTokenType}`)
  }
  const audience = client.resource_server_identifier
  // jose accepts any audience if it is `undefined`.
  if (!audience) return undefined
  const { issuer, signingKey, now } = context
  const expected = { algorithms: ['RS256'], issuer, audience, currentDate: new Date(now()) }
  const key = await importJWK(signingKey.publicJwk, 'RS256')
  const verified = jwtVerify(token, key, expected)
  return verified.then(
    ({ payload }) => payload.sub,
    () => undefined,
  )
}

function requireOwn(client: Client): void {
  const { is_first_party = true, oidc_conformant = true } = client
  if (authMethodOf(client) !== 'none' && is_first_party && oidc_conformant) return
  const wanted = 'confidential, first-party and OIDC-conformant'
  const description = `Token Vault needs a client that is ${wanted}`
  throw new Refusal(403, 'unauthorized_client', description)
}

function refuseWhileDown({ switches }: Lab, error: unknown): undefined {
  if (!(error instanceof ProviderDown)) throw error
  if (switches.get().exchangeWhileDown === '401') return undefined
  throw new Refusal(503, 'temporarily_unavailable', error.message)
}
