import { Hono } from 'hono'
import {
  AccessTokenError,
  type AccessTokenVerifier,
  createAccessTokenVerifier,
} from './access-token.js'
import type { ConnectedAccounts } from './connected-accounts.js'
import type { Context } from './context.js'
import { ConnectionReset, damaged, wait } from './damage.js'
import { createDpopNonces, type DpopNonces } from './dpop-nonces.js'
import type { Handler } from './management/call.js'
import { createContract, type Operation } from './management/contract.js'
import { invalidRequest, managementError } from './management/error.js'
import { faultResponse } from './management/fault.js'
import { createHandlers } from './management/operations.js'
import { createRateLimit, type RateLimit } from './rate-limit.js'
import { readJson } from './request-body.js'

/** The Management API under `/api/v2`, for programs on a server: it sends no CORS headers. */
export interface ManagementApi {
  fetch(request: Request): Promise<Response>
  /** Forgets proofs and rate limits. What it changed is the tenant's. */
  reset(): void
}

interface Parts {
  context: Context
  verifier: AccessTokenVerifier
  rateLimit: RateLimit
  nonces: DpopNonces
}

/** The Management API of a tenant, which it changes as it runs. If the tenant has no such API, every path answers 404. */
export function createManagementApi(context: Context, accounts: ConnectedAccounts): ManagementApi {
  const { tenant, managementAudience, now } = context
  const app = createApp()
  const nonces = createDpopNonces(now)
  const rateLimit = createRateLimit(now)
  const api = tenant.apis.find(({ identifier }) => identifier === managementAudience)
  const verifier = api && createAccessTokenVerifier({ context, api, nonces })
  if (verifier) {
    const handlers = createHandlers(tenant, accounts)
    for (const operation of createContract()) {
      const path = `/api/v2${operation.path.replace(/\{(\w+)\}/g, ':$1')}`
      const parts = { context, verifier, rateLimit, nonces }
      const answer = createAnswer(parts, operation, handlers[operation.id])
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
  app.notFound(() => managementError(404, 'Not Found'))
  app.onError((error) => {
    if (error instanceof ConnectionReset) throw error
    console.error(error)
    return managementError(500, 'The emulator failed; its own output says how')
  })
  return app
}

type Answer = (request: Request, path: Record<string, string>) => Promise<Response>

function createAnswer(parts: Parts, operation: Operation, handle: Handler): Answer {
  const { context, verifier, rateLimit, nonces } = parts
  const answer: Answer = async (request, path) => {
    try {
      const { userId: caller, scopes } = await verifier.verify(request)
      if (!scopes.has(operation.scope)) return forbidden(operation.scope)
      const response = await handleAuthorized({ operation, handle, request, path })
      if (!response.ok) return response
      for (const header of Object.entries(rateLimit.headers(caller)))
        response.headers.set(...header)
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
}

async function handleAuthorized({
  operation,
  handle,
  request,
  path,
}: Authorized): Promise<Response> {
  const { searchParams: query } = new URL(request.url)
  const [parameterFlaw] = operation.checkParameters(path, query)
  if (parameterFlaw) return invalidRequest(parameterFlaw)
  if (!operation.takesBody) return handle({ path, query, body: undefined })
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return invalidRequest({ detail: 'The body must be application/json' })
  }
  const { value: body, flaw } = await readJson(request)
  if (flaw) return invalidRequest({ detail: flaw })
  const [bodyFlaw] = operation.checkBody(body)
  return bodyFlaw ? invalidRequest(bodyFlaw) : handle({ path, query, body })
}

function forbidden(scope: string): Response {
  const message = `Insufficient scope, expected any of: ${scope}`
  return managementError(403, message, { errorCode: 'insufficient_scope' })
}

function unauthorized({ code, headers }: AccessTokenError): Response {
  const message = code === 'missing_token' ? 'Missing authentication' : 'Invalid token'
  return managementError(401, message, { headers })
}
