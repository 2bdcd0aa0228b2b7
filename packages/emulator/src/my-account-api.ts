import { Hono } from 'hono'
import {
  type AccessToken,
  AccessTokenError,
  type AccessTokenVerifier,
  challenge,
  createAccessTokenVerifier,
} from './access-token.js'
import type { Context } from './context.js'
import { ConnectionReset, damaged, wait } from './damage.js'
import { createDpopNonces, type DpopNonces } from './dpop-nonces.js'
import { faultResponse } from './fault-response.js'
import { createContract, type Operation } from './my-account/contract.js'
import { myAccountCors } from './my-account/cors.js'
import { createHandlers, type Handler } from './my-account/operations.js'
import { problem, type ValidationError } from './problem.js'
import { createRateLimit, type RateLimit } from './rate-limit.js'
import { readJson } from './request-body.js'
import type { Store } from './store.js'

/** The My Account API under `/me/v1`, as a plain function that HTTP, msw and an in-process fetch can stand before. */
export interface MyAccountApi {
  fetch(request: Request): Promise<Response>
  /** Forgets nonces, proofs and rate limits. */
  reset(): void
}

interface Parts {
  context: Context
  verifier: AccessTokenVerifier
  rateLimit: RateLimit
  nonces: DpopNonces
}

/** The My Account API of a tenant. If the tenant has no such API, every path answers 404, as where it is not activated. */
export function createMyAccountApi(context: Context, store: Store): MyAccountApi {
  const app = createApp()
  const nonces = createDpopNonces(context.now, () => context.switches.get().myAccountNonce)
  const rateLimit = createRateLimit(context.now)
  const api = context.tenant.apis.find(({ identifier }) => identifier === context.myAccountAudience)
  const verifier = api && createAccessTokenVerifier({ context, api, nonces })
  app.use(myAccountCors(context.tenant))
  if (verifier) {
    const handlers = createHandlers(context, store)
    for (const operation of createContract()) {
      const path = `/me/v1${operation.path.replace(/\{(\w+)\}/g, ':$1')}`
      const answer = createAnswer(
        { context, verifier, rateLimit, nonces },
        operation,
        handlers[operation.id],
      )
      app.on(operation.method, path, (c) => answer(c.req.raw, c.req.param()))
    }
  }
  return {
    fetch: async (request) => app.fetch(request),
    reset() {
      nonces.reset()
      rateLimit.reset()
      verifier?.reset()
    },
  }
}

function createApp(): Hono {
  const app = new Hono()
  app.notFound(({ req }) =>
    problem('not_found', `The requested resource ${req.method} ${req.path} was not found.`),
  )
  app.onError((error) => {
    if (error instanceof ConnectionReset) throw error
    console.error(error)
    return problem('internal', 'The emulator failed; its own output says how')
  })
  return app
}

type Answer = (request: Request, path: Record<string, string>) => Promise<Response>

function createAnswer(parts: Parts, operation: Operation, handle: Handler): Answer {
  const { context, verifier, rateLimit, nonces } = parts
  const answer: Answer = async (request, path) => {
    try {
      const token = await verifier.verify(request)
      const response = await handleAuthorized({ operation, handle, request, path, token })
      if (response.ok) setHeaders(response, rateLimit.headers(token.userId))
      if (token.nextNonce) setHeaders(response, { 'dpop-nonce': token.nextNonce })
      return response
    } catch (error) {
      if (error instanceof AccessTokenError) return unauthorized(error)
      throw error
    }
  }
  return async (request, path) => {
    const fault = context.faults.take(operation.id)
    if (!fault) return answer(request, path)
    await wait(fault.delay)
    const instead = await faultResponse(fault, { nonces, rateLimit: rateLimit.headers('fault') })
    return damaged(instead ?? (await answer(request, path)), fault.damage)
  }
}

interface Authorized {
  operation: Operation
  handle: Handler
  request: Request
  path: Record<string, string>
  token: AccessToken
}

async function handleAuthorized(given: Authorized): Promise<Response> {
  const { operation, handle, request, path, token } = given
  if (!token.scopes.has(operation.scope)) return forbidden(operation.scope, token.scheme)
  const { searchParams: query } = new URL(request.url)
  const parameterErrors = operation.checkParameters(path, query)
  if (parameterErrors.length > 0) return invalid(parameterErrors)
  const { userId, clientId } = token
  if (!operation.takesBody) return handle({ userId, clientId, path, query, body: undefined })
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return problem('unsupported_media_type', 'The body must be application/json')
  }
  const { value: body, flaw } = await readJson(request)
  if (flaw) return invalid([{ detail: flaw, pointer: '', source: 'body' }])
  const bodyErrors = operation.checkBody(body)
  return bodyErrors.length > 0
    ? invalid(bodyErrors)
    : handle({ userId, clientId, path, query, body })
}

function invalid(validationErrors: ValidationError[]): Response {
  const source = validationErrors[0]?.source
  const detail = `Invalid request ${source === 'body' ? 'payload' : source} input`
  return problem('validation', detail, { validationErrors })
}

function forbidden(scope: string, scheme: AccessToken['scheme']): Response {
  return problem('insufficient_scope', `The access token lacks the scope ${scope}`, {
    headers: { 'www-authenticate': challenge(scheme, { error: 'insufficient_scope', scope }) },
  })
}

function unauthorized({ code, message, headers }: AccessTokenError): Response {
  if (code === 'invalid_dpop_proof') {
    return problem('bad_request', `Invalid DPoP proof: ${message}`, { headers })
  }
  return problem(code === 'invalid_token' ? 'invalid_token' : 'unauthorized', message, { headers })
}

function setHeaders(response: Response, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
}
