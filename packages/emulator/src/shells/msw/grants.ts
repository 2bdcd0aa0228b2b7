import type { Context } from '../../context/context.js'
import type { Trace } from '../../logs/trace.js'
import { invalidRequest, OAuthError } from '../../oauth/oauth-error.js'
import { readRefresh, refuseBlocked } from '../../oauth/refresh.js'
import { type Parameters, required } from '../../oauth/token-request.js'
import { issueAccessToken } from '../../resource-server/issue-access-token.js'
import { type Client, TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { exchange, readExchange, readSubject } from '../../vault/exchange.js'
import type { Vault } from '../../vault/vault.js'
import type { RefreshTokens } from './refresh-tokens.js'

/** The parts of the emulator that the grants use. */
export interface GrantOptions {
  context: Context
  vault: Vault
  refreshTokens: RefreshTokens
}

/** A token request whose client has been authenticated. */
interface TokenCall extends GrantOptions {
  client: Client
  parameters: Parameters
  trace: Trace
}

type Grant = (call: TokenCall) => Promise<Record<string, unknown>>

const grants: Record<string, Grant> = {
  refresh_token: refresh,
  [TOKEN_VAULT_GRANT]: exchangeToken,
}

/** Returns the body of the response to a token request. Throws `OAuthError`. */
export function grant(call: TokenCall): Promise<Record<string, unknown>> {
  const type = required(call.parameters, 'grant_type')
  const found = grants[type]
  if (!found) {
    const way = 'behind msw, the emulator supports only refresh_token and the Token Vault exchange'
    throw new OAuthError(400, 'unsupported_grant_type', `${type}: ${way}`)
  }
  if (call.client.grant_types.includes(type)) return found(call)
  const description = 'The grant type is not allowed for the client'
  throw new OAuthError(403, 'unauthorized_client', description)
}

async function refresh(call: TokenCall): Promise<Record<string, unknown>> {
  const { context, client, parameters, refreshTokens } = call
  const refresh_token = required(parameters, 'refresh_token')
  const login = refreshTokens.use(refresh_token, client.client_id)
  refuseBlocked(context, login.userId)
  const { api, scopes } = readRefresh(context, login, parameters)
  if (!api) throw invalidRequest('Missing required parameter audience')
  if (api.proof_of_possession === 'required') {
    throw invalidRequest('The audience requires a DPoP proof')
  }
  const scope = scopes.filter((name) => api.scopes.includes(name)).join(' ')
  const audience = api.identifier
  const who = { user_id: login.userId, client_id: client.client_id }
  const access_token = await issueAccessToken(context, { ...who, audience, scope })
  const expires_in = api.token_lifetime
  return { access_token, token_type: 'Bearer', expires_in, scope, refresh_token }
}

async function exchangeToken(call: TokenCall): Promise<Record<string, unknown>> {
  const { context, client, parameters, refreshTokens } = call
  const request = readExchange(context, client, parameters)
  const subject = await readSubject(context, request, async (token) => {
    try {
      return refreshTokens.use(token, client.client_id).userId
    } catch (error) {
      if (error instanceof OAuthError) return undefined
      throw error
    }
  })
  return exchange(call, request, subject)
}
