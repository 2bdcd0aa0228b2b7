import type { Context, Tenancy } from '../context/context.js'
import { createDpopNonces } from '../dpop/nonces.js'
import type { operations as generated } from '../generated/management.js'
import document from '../generated/management.json' with { type: 'json' }
import { createOperations, type Operation } from '../resource-server/contract.js'
import type { Handler, Refusals } from '../resource-server/operation.js'
import {
  createProtectedResource,
  type ProtectedResource,
} from '../resource-server/protected-resource.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import { clientHandlers } from './clients.js'
import { connectionHandlers } from './connections.js'
import { faultResponse, invalidRequest, managementError } from './error.js'
import { userHandlers } from './users.js'

type OperationId = keyof generated

// The operations of `management.yaml`, with the checks of their requests.
const operations = createOperations(document) as readonly Operation<OperationId>[] // the ids are generated from the same document

/** The options of `createManagementApi`. */
export interface ManagementApiOptions {
  /** The context of the canonical domain. Calls at every domain change its tenant. */
  canonical: Tenancy
  accounts: ConnectedAccounts
}

/**
 * Creates the Management API under `/api/v2`, which reads and changes the running tenant. It is for programs on a server, so it
 * sends no CORS headers.
 */
export function createManagementApi(
  context: Context,
  { canonical, accounts }: ManagementApiOptions,
): ProtectedResource {
  return createProtectedResource(context, {
    path: '/api/v2',
    audience: context.managementAudience,
    operations,
    handlers: createHandlers(canonical, accounts),
    nonces: createDpopNonces(context.now),
    refusals,
  })
}

// The operations change the running tenant itself.
function createHandlers(
  context: Tenancy,
  accounts: ConnectedAccounts,
): Record<OperationId, Handler> {
  return {
    ...clientHandlers(context),
    ...connectionHandlers(context.tenant),
    ...userHandlers(context, accounts),
  }
}

const refusals: Refusals = {
  notFound: () => managementError(404, 'Not Found'),
  notEmulated: (reason) => managementError(501, reason),
  unauthorized({ code, headers }) {
    const message = code === 'missing_token' ? 'Missing authentication' : 'Invalid token'
    return managementError(401, message, { headers })
  },
  forbidden(scope) {
    const message = `Insufficient scope, expected any of: ${scope}`
    return managementError(403, message, { errorCode: 'insufficient_scope' })
  },
  unsupportedMediaType: () => invalidRequest({ detail: 'The body must be application/json' }),
  invalid: ([flaw]) => invalidRequest(flaw),
  fault: faultResponse,
  failed: () => managementError(500, 'The emulator failed. Its output has the error'),
}
