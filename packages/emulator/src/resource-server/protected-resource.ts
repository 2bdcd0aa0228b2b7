import { Hono, type MiddlewareHandler } from 'hono'
import type { Context } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import { BodyTooLarge, tooLarge } from '../http/body.js'
import { ConnectionReset } from '../http/connection-reset.js'
import { createAccessTokenVerifier } from './access-token.js'
import type { Operation } from './contract.js'
import { notEmulated } from './not-emulated.js'
import { answerOperation, type GuardedOperation, type Handler, type Refusals } from './operation.js'
import { createRateLimit } from './rate-limit.js'

/** An API that accepts the tenant's access tokens. It is a plain function, so HTTP, msw and an in-process fetch can all use it. */
export interface ProtectedResource {
  fetch(request: Request): Promise<Response>
  /** The nonces of its DPoP proofs. */
  readonly nonces: DpopNonces
  /** Deletes nonces, proofs and rate limits. */
  reset(): void
}

/** The options of `createProtectedResource`. */
export interface ProtectedResourceOptions<Id extends string> {
  /** The path before those of its operations, for example `/me/v1`. */
  path: string
  /** The identifier of the API. If the tenant has no such API, every path responds with 404, as in a tenant that has not activated it. */
  audience: string
  operations: readonly Operation<Id>[]
  handlers: Record<Id, Handler>
  nonces: DpopNonces
  refusals: Refusals
  /** Middleware that runs first, once for each request. */
  before?: MiddlewareHandler
  /** Called once with each response of an operation, before a fault damages it. */
  onAnswer?(id: Id, answered: { request: Request; response: Response }): void
}

/** Creates an API of the tenant from its contract, its handlers and its error responses. */
export function createProtectedResource<Id extends string>(
  context: Context,
  options: ProtectedResourceOptions<Id>,
): ProtectedResource {
  const { nonces, refusals, before } = options
  const rateLimit = createRateLimit(context.now)
  const api = context.tenant.apis.find(({ identifier }) => identifier === options.audience)
  const app = createApp(refusals, api !== undefined)
  const verifier = api && createAccessTokenVerifier({ context, api, nonces })
  if (before) app.use(before)
  if (verifier) {
    const shared = { context, verifier, nonces, rateLimit, refusals }
    for (const operation of options.operations) {
      const guarded: GuardedOperation = {
        ...shared,
        operation,
        handle: options.handlers[operation.id],
        onAnswer: (answered) => options.onAnswer?.(operation.id, answered),
      }
      app.on(operation.method, pathOf(options, operation.path), (c) =>
        answerOperation(guarded, c.req.raw, c.req.param()),
      )
    }
    // Another method at one of these paths is not found. Other paths may be ones that are not emulated.
    for (const { path } of options.operations) {
      app.all(pathOf(options, path), ({ req }) => refusals.notFound(req.method, req.path))
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

function pathOf({ path: start }: { path: string }, path: string): string {
  return `${start}${path.replace(/\{(\w+)\}/g, ':$1')}`
}

function createApp(refusals: Refusals, isActivated: boolean): Hono {
  const app = new Hono()
  app.notFound(({ req }) => {
    const reason = isActivated ? notEmulated(req.path) : undefined
    return reason === undefined
      ? refusals.notFound(req.method, req.path)
      : refusals.notEmulated(reason)
  })
  app.onError((error) => {
    if (error instanceof ConnectionReset) throw error
    if (error instanceof BodyTooLarge) return Response.json(tooLarge(error), { status: 413 })
    console.error(error)
    return refusals.failed()
  })
  return app
}
