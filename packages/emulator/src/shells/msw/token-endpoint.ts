import type { Context } from '../../context/context.js'
import { damaged, wait } from '../../faults/damage.js'
import type { Fault } from '../../faults/faults.js'
import { BodyTooLarge, readForm, readText, tooLarge } from '../../http/body.js'
import { loggedRequest } from '../../logs/tenant-logs.js'
import { traceOf } from '../../logs/trace.js'
import { authenticateClient } from '../../oauth/client-authentication.js'
import { invalidRequest, OAuthError, statusOf } from '../../oauth/oauth-error.js'
import { type Parameters, readJsonParameters } from '../../oauth/token-request.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import type { ExchangeLimit } from '../../vault/exchange-limit.js'
import { logExchange } from '../../vault/exchange-log.js'
import { type GrantOptions, grant } from './grants.js'

/** The parts of the emulator that the token endpoint uses. */
export interface TokenEndpointOptions extends GrantOptions {
  exchangeLimit: ExchangeLimit
}

interface TokenRequest {
  request: Request
  parameters: Parameters
}

interface TokenResponse {
  status: number
  body: Record<string, unknown>
  headers?: Record<string, string>
}

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
      ? await switches.during(fault?.switches, () => respond(options, request))
      : faultResponse({ ...fault, status: fault.status })
  return damaged(response, fault?.damage)
}

function faultResponse({ status, headers = {}, problem }: Fault & { status: number }): Response {
  const error = status < 500 ? 'invalid_request' : 'server_error'
  const error_description = `A fault of the emulator set the status ${status}`
  return Response.json({ error, error_description, ...problem }, { status, headers })
}

async function respond(options: TokenEndpointOptions, request: Request): Promise<Response> {
  const { status, body, headers } = await readParameters(request)
    .then((parameters) => limitAndLog(options, { request, parameters }))
    .catch((error) => refusalOf(options.context, request, error))
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}

async function readParameters(request: Request): Promise<Parameters> {
  if (request.headers.has('dpop')) {
    throw invalidRequest('DPoP at the token endpoint needs an emulator that listens')
  }
  const isJson = /^application\/json\b/i.test(request.headers.get('content-type') ?? '')
  return isJson
    ? readJsonParameters(await readText(request))
    : Object.fromEntries(await readForm(request))
}

async function limitAndLog(
  options: TokenEndpointOptions,
  token: TokenRequest,
): Promise<TokenResponse> {
  const { request, parameters } = token
  if (parameters.grant_type !== TOKEN_VAULT_GRANT) return authenticateAndGrant(options, token)
  const { headers, refusal } = options.exchangeLimit.count()
  if (refusal) return { ...refusalOf(options.context, request, refusal), headers }
  const response = await authenticateAndGrant(options, token)
  const { clientId } = traceOf(request)
  await logExchange(options.context, {
    ...response,
    request: loggedRequest(request),
    parameters,
    clientId,
  })
  return { ...response, headers: { ...response.headers, ...headers } }
}

async function authenticateAndGrant(
  options: TokenEndpointOptions,
  { request, parameters }: TokenRequest,
): Promise<TokenResponse> {
  const { context } = options
  try {
    const authorization = request.headers.get('authorization')
    const client = authenticateClient(context.tenant, { authorization, parameters })
    const trace = traceOf(request)
    trace.clientId = client.client_id
    return { status: 200, body: await grant({ ...options, client, parameters, trace }) }
  } catch (error) {
    return refusalOf(context, request, error)
  }
}

function refusalOf(context: Context, request: Request, error: unknown): TokenResponse {
  if (error instanceof BodyTooLarge) return { status: 413, body: { ...tooLarge(error) } }
  if (!(error instanceof OAuthError)) throw error
  const { code, message } = error
  const body = { error: code, error_description: message }
  // RFC 6749 §5.2: the challenge is for clients that used the Authorization header.
  const isChallenge = error.status === 401 && request.headers.has('authorization')
  const value = `Basic realm="${context.issuer}", error="${code}", error_description="${message}"`
  const headers = { ...(isChallenge && { 'www-authenticate': value }) }
  return { status: statusOf(error, context), body, headers }
}
