import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import type { BufferedRequest } from '../../http/buffered-request.js'
import { CORS_HEADERS, isAllowedOrigin } from '../../tenant/clients.js'
import { type EarlyContext, refuseEarly } from '../middleware/early-refusal.js'
import { oauthError } from '../token/grant-request.js'
import type { MfaTransactions } from './mfa-transactions.js'
import { factorsOf } from './one-time-password.js'

type Ctx = EarlyContext & Pick<KoaContextWithOIDC, 'method' | 'path' | 'req' | 'remove'>

/** The options of `serveMfaApi`. */
export interface MfaApiOptions {
  context: Tenancy
  mfaTransactions: MfaTransactions
}

const operations: Record<string, (options: MfaApiOptions, ctx: Ctx) => unknown> = {
  'GET /mfa/authenticators': listAuthenticators,
  'POST /mfa/challenge': challenge,
}

/** Serves the two endpoints of Auth0's MFA API that a refresh can need: the list of authenticators, and the challenge. */
export function serveMfaApi(provider: Provider, options: MfaApiOptions): void {
  provider.use(async (ctx, next) => {
    if (!/^\/mfa\/(authenticators|challenge)$/.test(ctx.path)) return next()
    allowOrigin(options.context, ctx)
    const operation = operations[`${ctx.method} ${ctx.path}`]
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204
      return
    }
    if (!operation) return next()
    try {
      ctx.body = operation(options, ctx)
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      const { statusCode: status, error: code, error_description = '' } = error
      refuseEarly(ctx, { status, body: { error: code, error_description } })
      allowOrigin(options.context, ctx)
    }
  })
}

function allowOrigin({ tenant }: Tenancy, ctx: Ctx): void {
  const origin = ctx.get('origin')
  ctx.remove('access-control-allow-origin')
  ctx.set({ 'cache-control': 'no-store', vary: 'Origin' })
  if (!tenant.clients.some((client) => isAllowedOrigin(client, origin))) return
  ctx.set({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': CORS_HEADERS.join(','),
  })
}

function listAuthenticators({ context, mfaTransactions }: MfaApiOptions, ctx: Ctx) {
  const [, token] = /^Bearer (\S+)$/i.exec(ctx.get('authorization')) ?? []
  if (token === undefined) throw oauthError(401, 'access_denied', 'Unauthorized')
  const { userId } = mfaTransactions.get(token)
  return factorsOf(context.tenant, userId).map(({ id, name }) => ({
    id,
    authenticator_type: 'otp',
    active: true,
    ...(name !== undefined && { name }),
    type: 'otp',
  }))
}

function challenge({ context, mfaTransactions }: MfaApiOptions, { req }: Ctx) {
  const body = readBody(req as BufferedRequest) // as `AuthorizationServer` takes it
  const { userId } = mfaTransactions.get(body.mfa_token ?? '', body.client_id ?? '')
  const ids = factorsOf(context.tenant, userId).map(({ id }) => id)
  const types = (body.challenge_type ?? 'otp').split(' ')
  if (ids.length === 0 || !types.includes('otp')) {
    const description = 'User does not have any of the requested challenge types'
    throw oauthError(403, 'unsupported_challenge_type', description)
  }
  if (body.authenticator_id !== undefined && !ids.includes(body.authenticator_id)) {
    throw new errors.InvalidRequest('authenticator_id is not an authenticator of the user')
  }
  return { challenge_type: 'otp' }
}

function readBody({ rawBody, headers }: BufferedRequest): Partial<Record<string, string>> {
  const text = rawBody.toString('utf8')
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  const fields: unknown = isJson ? parse(text) : Object.fromEntries(new URLSearchParams(text))
  if (typeof fields !== 'object' || fields === null) {
    throw new errors.InvalidRequest('The request body must be a JSON object')
  }
  const texts = Object.entries(fields).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
