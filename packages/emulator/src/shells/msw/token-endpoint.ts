import type { Context } from '../../context/context.js'
import { meetFault } from '../../faults/meet-fault.js'
import { BodyTooLarge, readForm, readText, tooLarge } from '../../http/body.js'
import { traceOf } from '../../logs/trace.js'
import { authenticateClient } from '../../oauth/client-authentication.js'
import { invalidRequest, OAuthError, statusOf } from '../../oauth/oauth-error.js'
import { tokenFault } from '../../oauth/token-fault.js'
import { type Parameters, readJsonParameters } from '../../oauth/token-request.js'
import { type ExchangeLimit, guardExchange } from '../../vault/guard-exchange.js'
import { type GrantOptions, grant } from './grants.js'

/** The parts of the emulator that the token endpoint uses. */
export interface TokenEndpointOptions extends GrantOptions {
  exchangeLimit: ExchangeLimit
}

/**
 * Handles a token request without oidc-provider. It knows two grants: refresh token, also with `audience` (MRRT), and the Token
 * Vault exchange of an access or refresh token. It issues Bearer tokens and no ID tokens.
 */
export function answerTokenRequest(
  options: TokenEndpointOptions,
  request: Request,
): Promise<Response> {
  const { context } = options
  return meetFault(context, {
    operation: 'getToken',
    answer: () => respond(options, request),
    refuse(fault) {
      const refusal = tokenFault(fault, context.now())
      return refusal && Response.json(refusal.body, refusal)
    },
  })
}

async function respond(options: TokenEndpointOptions, request: Request): Promise<Response> {
  const refuse = (error: unknown) => refusal(options.context, request, error)
  try {
    const parameters = await readParameters(request)
    const answer = () => authenticateAndGrant(options, request, parameters).catch(refuse)
    return await guardExchange(options, { request, parameters, answer, refuse })
  } catch (error) {
    return refuse(error)
  }
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

async function authenticateAndGrant(
  options: TokenEndpointOptions,
  request: Request,
  parameters: Parameters,
): Promise<Response> {
  const authorization = request.headers.get('authorization')
  const client = authenticateClient(options.context.tenant, { authorization, parameters })
  const trace = traceOf(request)
  trace.clientId = client.client_id
  const body = await grant({ ...options, client, parameters, request, trace })
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}

function refusal(context: Context, request: Request, error: unknown): Response {
  if (error instanceof BodyTooLarge) return Response.json(tooLarge(error), { status: 413 })
  if (!(error instanceof OAuthError)) throw error
  const { code, message } = error
  const body = { error: code, error_description: message }
  // RFC 6749 §5.2: the challenge is for clients that used the Authorization header.
  const isChallenge = error.status === 401 && request.headers.has('authorization')
  const value = `Basic realm="${context.issuer}", error="${code}", error_description="${message}"`
  const headers = {
    'cache-control': 'no-store',
    ...(isChallenge && { 'www-authenticate': value }),
  }
  return Response.json(body, { status: statusOf(error, context), headers })
}
