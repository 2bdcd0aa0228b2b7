import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Store } from '../connect/sessions.js'
import type { Context } from '../context/context.js'
import { createDpopNonces, isNonceChallenge } from '../dpop/nonces.js'
import type { operations as generated } from '../generated/my-account.js'
import document from '../generated/my-account.json' with { type: 'json' }
import { loggedRequest, type TenantLogs, type TenantLogType } from '../logs/tenant-logs.js'
import { traceOf } from '../logs/trace.js'
import { createOperations, type Operation } from '../resource-server/contract.js'
import type { Handler, Refusals } from '../resource-server/operation.js'
import {
  createProtectedResource,
  type ProtectedResource,
} from '../resource-server/protected-resource.js'
import { allowedOrigin, CORS_HEADERS } from '../tenant/clients.js'
import type { Tenant } from '../tenant/tenant.js'
import { deleteAccount, listAccounts, listConnections } from './accounts.js'
import { complete } from './complete.js'
import { connect } from './connect.js'
import { faultResponse, problem, validationProblem } from './problem.js'

type OperationId = keyof generated

// The operations of `my-account.yaml`, with the checks of their requests.
const operations = createOperations(document) as readonly Operation<OperationId>[] // the ids are generated from the same document

/** Creates the My Account API of a tenant under `/me/v1`. */
export function createMyAccountApi(context: Context, store: Store): ProtectedResource {
  const resource = createProtectedResource(context, {
    path: '/me/v1',
    audience: context.myAccountAudience,
    operations,
    handlers: createHandlers(context, store),
    nonces: createDpopNonces(context.now, () => context.switches.get().myAccountNonce),
    refusals,
    before: allowOrigins(context.tenant),
    onAnswer: (operation, answered) => logResponse(context.logs, operation, answered),
  })
  return {
    ...resource,
    async fetch(request) {
      const response = await resource.fetch(request)
      const isProblem = !response.ok && response.headers.get('content-type') === 'application/json'
      if (isProblem) response.headers.set('content-type', context.switches.get().problemType)
      return response
    },
  }
}

function createHandlers(context: Context, store: Store): Record<OperationId, Handler> {
  return {
    createConnectedAccountRequest: (call) => connect(context, store, call),
    completeConnectedAccountRequest: (call) => complete(context, store, call),
    getConnectedAccounts: (call) => listAccounts(context, store, call),
    getConnectedAccountsConnections: (call) => listConnections(context, store, call),
    deleteConnectedAccount: (call) => deleteAccount(context, store, call),
  }
}

const refusals: Refusals = {
  notFound: (method, path) =>
    problem('not_found', `The requested resource ${method} ${path} was not found.`),
  notEmulated: (reason) => problem('not_emulated', reason),
  unauthorized({ code, message, headers }) {
    if (code === 'invalid_dpop_proof') {
      return problem('bad_request', `Invalid DPoP proof: ${message}`, { headers })
    }
    const kind = code === 'invalid_token' ? 'invalid_token' : 'unauthorized'
    return problem(kind, message, { headers })
  },
  forbidden: (scope, challenge) =>
    problem('insufficient_scope', `The access token lacks the scope ${scope}`, {
      headers: { 'www-authenticate': challenge },
    }),
  unsupportedMediaType: () =>
    problem('unsupported_media_type', 'The body must be application/json'),
  invalid: validationProblem,
  fault: faultResponse,
  failed: () => problem('internal', 'The emulator failed. Its output has the error'),
}

// Allows the origins of the tenant's clients.
function allowOrigins(tenant: Tenant): MiddlewareHandler {
  return cors({
    origin: (origin, { req }) => allowedOrigin(tenant, origin, req.header('authorization')),
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: CORS_HEADERS,
    exposeHeaders: ['dpop-nonce', 'www-authenticate'],
  })
}

const eventTypes: Partial<Record<OperationId, [success: TenantLogType, failure: TenantLogType]>> = {
  createConnectedAccountRequest: [
    'connected_accounts_connection_started',
    'connected_accounts_connection_failed',
  ],
  completeConnectedAccountRequest: [
    'connected_accounts_connection_succeeded',
    'connected_accounts_connection_failed',
  ],
  deleteConnectedAccount: [
    'connected_accounts_delete_succeeded',
    'connected_accounts_delete_failed',
  ],
}

// A DPoP nonce challenge has no event, because the client retries the call.
function logResponse(
  logs: TenantLogs,
  operation: OperationId,
  { request, response }: { request: Request; response: Response },
): void {
  const [success, failure] = eventTypes[operation] ?? []
  if (!success || !failure) return
  if (isNonceChallenge(response)) return
  const { account, problem } = traceOf(request)
  const { status } = response
  logs.write({
    type: response.ok ? success : failure,
    request: loggedRequest(request),
    ...(!response.ok && { failure: { title: `Status ${status}`, ...problem, status } }),
    ...(account && { details: { connected_account: account } }),
  })
}
