import { runPostLogin } from '../../actions/run-post-login.js'
import type { Lab, Tenancy } from '../../context/context.js'
import { damaged, wait } from '../../faults/damage.js'
import type { Fault } from '../../faults/faults.js'
import { BodyTooLarge, readForm, readJson, tooLarge } from '../../http/body.js'
import { loggedRequest } from '../../logs/tenant-logs.js'
import { isSameSecret } from '../../memory/random.js'
import { issueAccessToken } from '../../resource-server/issue-access-token.js'
import { NOT_AUTHORIZED, refreshTarget } from '../../tenant/refresh-token-policy.js'
import { authMethodOf, type Client, TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import {
  invalid,
  Refusal,
  required,
  type TokenCall,
  type TokenEndpointOptions,
} from './token-request.js'
import { exchange } from './token-vault.js'

/**
 * Handles a token request without oidc-provider. It knows two grants: refresh token, also with `audience` (MRRT), and the Token
 * Vault exchange of an access or refresh token. It issues Bearer tokens and no ID tokens.
 */
export async function answerTokenRequest(
  options: TokenEndpointOptions,
  request: Request,
): Promise<Response> {
  const { faults, switches } = options.context
  const fault = faults.take('getToken')
  await wait(fault?.delay)
  const response =
    fault?.status === undefined
      ? await switches.during(fault?.switches, () => issueTokens(options, request))
      : faultResponse({ ...fault, status: fault.status })
  return damaged(response, fault?.damage)
}

function faultResponse({ status, headers = {}, problem }: Fault & { status: number }): Response {
  const error = status < 500 ? 'invalid_request' : 'server_error'
  const error_description = `A fault of the emulator set the status ${status}`
  return Response.json({ error, error_description, ...problem }, { status, headers })
}

async function issueTokens(options: TokenEndpointOptions, request: Request): Promise<Response> {
  try {
    const form = await readFields(request)
    const client = authenticate(options.context, request, form)
    const body = await grant({ ...options, client, form, request })
    return Response.json(body, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    if (error instanceof BodyTooLarge) return Response.json(tooLarge(error), { status: 413 })
    if (!(error instanceof Refusal)) throw error
    const body = { error: error.error, error_description: error.message }
    return Response.json(body, { status: error.status })
  }
}

async function readFields(request: Request): Promise<URLSearchParams> {
  if (request.headers.has('dpop')) {
    throw invalid('DPoP at the token endpoint needs an emulator that listens')
  }
  const isJson = request.headers.get('content-type')?.startsWith('application/json') ?? false
  if (!isJson) return readForm(request)
  const { value } = await readJson(request)
  if (typeof value !== 'object' || value === null) throw invalid('The body must be a JSON object')
  return new URLSearchParams(Object.entries(value).map(([name, text]) => [name, String(text)]))
}

function authenticate({ tenant }: Tenancy, { headers }: Request, form: URLSearchParams): Client {
  const [, basic] = /^Basic (\S+)$/.exec(headers.get('authorization') ?? '') ?? []
  const [id, secret] = basic
    ? atob(basic).split(':').map(decodeURIComponent)
    : [form.get('client_id'), form.get('client_secret')]
  const client = tenant.clients.find(({ client_id }) => client_id === id)
  const isPublic = client && authMethodOf(client) === 'none'
  const isKnown = client && (isPublic || isSameSecret(secret ?? '', client.client_secret ?? ''))
  if (!isKnown) throw new Refusal(401, 'invalid_client', 'Client authentication failed')
  return client
}

function grant(call: TokenCall): Promise<Record<string, unknown>> {
  const type = required(call, 'grant_type')
  const grants = { refresh_token: refresh, [TOKEN_VAULT_GRANT]: exchange }
  const found = Object.entries(grants).find(([name]) => name === type)?.[1]
  if (!found) {
    const way = 'behind msw, the emulator supports only refresh_token and the Token Vault exchange'
    throw new Refusal(400, 'unsupported_grant_type', `${type}: ${way}`)
  }
  if (call.client.grant_types.includes(type)) return found(call)
  const description = 'The grant type is not allowed for the client'
  throw new Refusal(403, 'unauthorized_client', description)
}

async function refresh(call: TokenCall): Promise<Record<string, unknown>> {
  const { context, client, form, refreshTokens } = call
  const login = refreshTokens.find(required(call, 'refresh_token'), client.client_id)
  if (!login) throw invalidGrant(context, 'Unknown or invalid refresh token.')
  if (context.users.find(login.userId)?.blocked) throw invalidGrant(context, 'user is blocked')
  const target = refreshTarget(context, login, form.get('audience') ?? undefined)
  if (!target) throw new Refusal(400, 'invalid_target', NOT_AUTHORIZED)
  const { api, scopes } = target
  if (!api) throw invalid('Missing required parameter audience')
  if (api.proof_of_possession === 'required') throw invalid('The audience requires a DPoP proof')
  const wanted = form.get('scope')?.split(' ')
  const given = scopes.filter((name) => api.scopes.includes(name))
  const scope = given.filter((name) => wanted?.includes(name) ?? true).join(' ')
  const audience = api.identifier
  const { denial, accessToken } = await runPostLogin(context, {
    userId: login.userId,
    clientId: client.client_id,
    protocol: 'oauth2-refresh-token',
    requestedScopes: wanted ?? scopes,
    audience,
    organization: undefined,
    request: loggedRequest(call.request),
  })
  if (denial !== undefined) throw new Refusal(403, 'access_denied', denial)
  const who = { user_id: login.userId, client_id: client.client_id }
  const access_token = await issueAccessToken(context, { ...who, audience, scope }, accessToken)
  const refresh_token = required(call, 'refresh_token')
  const expires_in = api.token_lifetime
  return { access_token, token_type: 'Bearer', expires_in, scope, refresh_token }
}

function invalidGrant({ switches }: Lab, description: string): Refusal {
  return new Refusal(Number(switches.get().invalidGrant), 'invalid_grant', description)
}
