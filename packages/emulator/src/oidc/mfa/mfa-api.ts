import type { MiddlewareHandler } from 'hono'
import type { Tenancy } from '../../context/context.js'
import { factorsOf } from '../../oauth/my-account-policy.js'
import { invalidRequest, OAuthError } from '../../oauth/oauth-error.js'
import { optional, type Parameters, readJsonParameters } from '../../oauth/token-request.js'
import { CORS_HEADERS, isAllowedOrigin } from '../../tenant/clients.js'
import type { NodeEnv } from '../middleware/env.js'
import type { MfaTransactions } from './mfa-transactions.js'

/** The options of `serveMfaApi`. */
export interface MfaApiOptions {
  context: Tenancy
  mfaTransactions: MfaTransactions
}

type Operation = (options: MfaApiOptions, request: Request, body: string) => unknown

const operations: Record<string, Operation> = {
  'GET /mfa/authenticators': listAuthenticators,
  'POST /mfa/challenge': challenge,
}

/** Serves the two endpoints of Auth0's MFA API that a refresh can need: the list of authenticators, and the challenge. */
export function serveMfaApi(options: MfaApiOptions): MiddlewareHandler<NodeEnv> {
  return async (c, next) => {
    const { method, path, raw } = c.req
    const headers = headersFor(options.context, raw.headers.get('origin') ?? '')
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers })
    const operation = operations[`${method} ${path}`]
    if (!operation) return next()
    try {
      const body = operation(options, raw, c.env.incoming.rawBody.toString('utf8'))
      return Response.json(body, { headers })
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      const body = { error: error.code, error_description: error.message }
      return Response.json(body, { status: error.status, headers })
    }
  }
}

function headersFor({ tenant }: Tenancy, origin: string): Record<string, string> {
  const isAllowed = tenant.clients.some((client) => isAllowedOrigin(client, origin))
  return {
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(isAllowed && {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': CORS_HEADERS.join(','),
    }),
  }
}

function listAuthenticators({ context, mfaTransactions }: MfaApiOptions, { headers }: Request) {
  const [, token] = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (token === undefined) throw new OAuthError(401, 'access_denied', 'Unauthorized')
  const { userId } = mfaTransactions.get(token)
  return factorsOf(context.tenant, userId).map(({ id, name }) => ({
    id,
    authenticator_type: 'otp',
    active: true,
    ...(name !== undefined && { name }),
    type: 'otp',
  }))
}

function challenge(
  { context, mfaTransactions }: MfaApiOptions,
  { headers }: Request,
  body: string,
) {
  const isJson = /^application\/json\b/i.test(headers.get('content-type') ?? '')
  const parameters: Parameters = isJson
    ? readJsonParameters(body)
    : Object.fromEntries(new URLSearchParams(body))
  const token = optional(parameters, 'mfa_token') ?? ''
  const { userId } = mfaTransactions.get(token, optional(parameters, 'client_id') ?? '')
  const ids = factorsOf(context.tenant, userId).map(({ id }) => id)
  const types = (optional(parameters, 'challenge_type') ?? 'otp').split(' ')
  if (ids.length === 0 || !types.includes('otp')) {
    const description = 'User does not have any of the requested challenge types'
    throw new OAuthError(403, 'unsupported_challenge_type', description)
  }
  const wanted = optional(parameters, 'authenticator_id')
  if (wanted !== undefined && !ids.includes(wanted)) {
    throw invalidRequest('authenticator_id is not an authenticator of the user')
  }
  return { challenge_type: 'otp' }
}
