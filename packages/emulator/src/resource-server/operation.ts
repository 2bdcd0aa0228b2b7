import type { Context } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import { meetFault } from '../faults/meet-fault.js'
import { readJson } from '../http/body.js'
import { problemOfResponse, type Trace, traceOf } from '../logs/trace.js'
import {
  type AccessToken,
  AccessTokenError,
  type AccessTokenVerifier,
  challenge,
} from './access-token.js'
import type { Operation, ValidationError } from './contract.js'
import { type FaultRefusal, faultRefusal } from './fault-refusal.js'
import type { RateLimit } from './rate-limit.js'

/** A request that is authorized and matches the contract. */
export interface Call {
  token: AccessToken
  path: Record<string, string>
  query: URLSearchParams
  body: unknown
  /** The handler writes here what it learns about the request. */
  trace: Trace
}

/** Does the work of one operation. */
export type Handler = (call: Call) => Response | Promise<Response>

/** Creates the error responses of one API. */
export interface Refusals {
  notFound(method: string, path: string): Response
  /** Returns the response at a path that Auth0 has and the emulator has not. */
  notEmulated(reason: string): Response
  unauthorized(error: AccessTokenError): Response
  /** `challenge` is the value of `WWW-Authenticate`. */
  forbidden(scope: string, challenge: string): Response
  unsupportedMediaType(): Response
  invalid(errors: [ValidationError, ...ValidationError[]]): Response
  fault(refusal: FaultRefusal): Response
  /** Returns the response for an internal error of the emulator. */
  failed(): Response
}

/** An operation, and everything that checks its requests. */
export interface GuardedOperation {
  context: Context
  operation: Operation
  handle: Handler
  verifier: AccessTokenVerifier
  nonces: DpopNonces
  rateLimit: RateLimit
  refusals: Refusals
  /** Called once with each response, before a fault damages it. */
  onAnswer?(answered: { request: Request; response: Response }): void
}

/**
 * Handles one request. It applies a waiting fault first, then checks the token, the scope, the parameters and the body, and then
 * runs the operation. Throws `ConnectionReset` if a fault closes the connection.
 */
export async function answerOperation(
  guarded: GuardedOperation,
  request: Request,
  path: Record<string, string>,
): Promise<Response> {
  const { context, operation, nonces, rateLimit, refusals } = guarded
  return meetFault(context, {
    operation: operation.id,
    answer: () => authorizeAndRun(guarded, request, path),
    refuse(fault) {
      const parts = { context, nonces, rateLimit: rateLimit.headers('fault') }
      const refusal = faultRefusal(fault, parts)
      return refusal && refusals.fault(refusal)
    },
    async onAnswer(response) {
      const problem = await problemOfResponse(response)
      if (problem) traceOf(request).problem = problem
      guarded.onAnswer?.({ request, response })
    },
  })
}

async function authorizeAndRun(
  guarded: GuardedOperation,
  request: Request,
  path: Record<string, string>,
): Promise<Response> {
  const { verifier, rateLimit, refusals } = guarded
  try {
    const token = await verifier.verify(request)
    const { userId, clientId } = token
    Object.assign(traceOf(request), { userId, clientId })
    const counted = rateLimit.headers(userId)
    const response = await handleAuthorized(guarded, { request, path, token })
    if (response.ok) setHeaders(response, counted)
    if (token.nextNonce) setHeaders(response, { 'dpop-nonce': token.nextNonce })
    return response
  } catch (error) {
    if (!(error instanceof AccessTokenError)) throw error
    // A request with a valid token counts, even if its proof is refused: a nonce challenge makes two requests out of one.
    if (error.userId !== undefined) rateLimit.headers(error.userId)
    return refusals.unauthorized(error)
  }
}

interface Authorized {
  request: Request
  path: Record<string, string>
  token: AccessToken
}

async function handleAuthorized(
  { context, operation, handle, refusals }: GuardedOperation,
  { request, path, token }: Authorized,
): Promise<Response> {
  const { scope } = operation
  if (!token.scopes.has(scope)) {
    const fields = { error: 'insufficient_scope', scope }
    return refusals.forbidden(scope, challenge(token.scheme, context, fields))
  }
  const { searchParams: query } = new URL(request.url)
  const [parameterError, ...others] = operation.checkParameters(path, query)
  if (parameterError) return refusals.invalid([parameterError, ...others])
  const call = { token, path, query, body: undefined, trace: traceOf(request) }
  if (!operation.takesBody) return handle(call)
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return refusals.unsupportedMediaType()
  }
  const { value: body, flaw } = await readJson(request)
  if (flaw) return refusals.invalid([{ detail: flaw, pointer: '', source: 'body' }])
  const [bodyError, ...more] = operation.checkBody(body)
  return bodyError ? refusals.invalid([bodyError, ...more]) : handle({ ...call, body })
}

function setHeaders(response: Response, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
}
