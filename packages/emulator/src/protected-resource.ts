import { Hono, type MiddlewareHandler } from 'hono'
import { createAccessTokenVerifier } from './access-token.js'
import type { Context } from './context.js'
import type { Operation } from './contract.js'
import { ConnectionReset } from './damage.js'
import type { DpopNonces } from './dpop-nonces.js'
import {
  answerOperation,
  type GuardedOperation,
  type Handler,
  type Refusals,
} from './operation-answer.js'
import { createRateLimit } from './rate-limit.js'
import { BodyTooLarge, tooLarge } from './request-body.js'

/** An API that takes the tenant's access tokens, as a plain function that HTTP, msw and an in-process fetch can stand before. */
export interface ProtectedResource {
  fetch(request: Request): Promise<Response>
  /** The DPoP nonces that its proofs need. */
  readonly nonces: DpopNonces
  /** Forgets nonces, proofs and rate limits. */
  reset(): void
}

/** What one API is. */
export interface ProtectedResourceOptions<Id extends string> {
  /** Under which its operations are, `/me/v1`. */
  path: string
  /** If the tenant has no API of this identifier, every path answers 404, as where it is not activated. */
  audience: string
  operations: readonly Operation<Id>[]
  handlers: Record<Id, Handler>
  nonces: DpopNonces
  refusals: Refusals
  /** Runs before everything else, once for each request. */
  before?: MiddlewareHandler
  /** Told of each answer of an operation once, before a fault damages it. */
  onAnswer?(id: Id, answered: { request: Request; response: Response }): void
}

/** Creates an API of the tenant from its contract, its handlers and the words of its refusals. */
export function createProtectedResource<Id extends string>(
  context: Context,
  options: ProtectedResourceOptions<Id>,
): ProtectedResource {
  const { nonces, refusals, before } = options
  const app = createApp(refusals)
  const rateLimit = createRateLimit(context.now)
  const api = context.tenant.apis.find(({ identifier }) => identifier === options.audience)
  const verifier = api && createAccessTokenVerifier({ context, api, nonces })
  if (before) app.use(before)
  if (verifier) {
    const shared = { context, verifier, nonces, rateLimit, refusals }
    for (const operation of options.operations) {
      const path = `${options.path}${operation.path.replace(/\{(\w+)\}/g, ':$1')}`
      const guarded: GuardedOperation = {
        ...shared,
        operation,
        handle: options.handlers[operation.id],
        onAnswer: (answered) => options.onAnswer?.(operation.id, answered),
      }
      app.on(operation.method, path, (c) => answerOperation(guarded, c.req.raw, c.req.param()))
    }
  }
  return {
    fetch: async (request) => app.fetch(request),
    nonces,
    reset() {
      nonces.reset()
      rateLimit.reset()
      verifier?.reset()
    },
  }
}

function createApp(refusals: Refusals): Hono {
  const app = new Hono()
  app.notFound(({ req }) => refusals.notFound(req.method, req.path))
  app.onError((error) => {
    if (error instanceof ConnectionReset) throw error
    if (error instanceof BodyTooLarge) return Response.json(tooLarge(error), { status: 413 })
    console.error(error)
    return refusals.failed()
  })
  return app
}
