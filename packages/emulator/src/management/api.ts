import type { Context } from '../context/context.js'
import { createDpopNonces } from '../dpop/nonces.js'
import type { Refusals } from '../resource-server/operation.js'
import {
  createProtectedResource,
  type ProtectedResource,
} from '../resource-server/protected-resource.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import { operations } from './contract.js'
import { invalidRequest, managementError } from './error.js'
import { faultResponse } from './fault.js'
import { createHandlers } from './operations.js'

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
