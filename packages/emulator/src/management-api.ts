import type { ConnectedAccounts } from './connected-accounts.js'
import type { Context } from './context.js'
import { createDpopNonces } from './dpop-nonces.js'
import { operations } from './management/contract.js'
import { invalidRequest, managementError } from './management/error.js'
import { faultResponse } from './management/fault.js'
import { createHandlers } from './management/operations.js'
import type { Refusals } from './operation-answer.js'
import { createProtectedResource, type ProtectedResource } from './protected-resource.js'

/** The options of `createManagementApi`. */
export interface ManagementApiOptions {
  /** The context of the canonical domain. Calls at every domain change its tenant. */
  canonical: Context
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

const refusals: Refusals = {
  notFound: () => managementError(404, 'Not Found'),
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
