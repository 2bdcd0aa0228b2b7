import type { ConnectedAccounts } from '../connected-accounts.js'
import type { Handler } from '../operation-answer.js'
import type { Tenant } from '../tenant.js'
import { clientHandlers } from './clients.js'
import { connectionHandlers } from './connections.js'
import type { OperationId } from './contract.js'
import { userHandlers } from './users.js'

/** All operations of the Management API, on the running tenant itself. */
export function createHandlers(
  tenant: Tenant,
  accounts: ConnectedAccounts,
): Record<OperationId, Handler> {
  return {
    ...clientHandlers(tenant),
    ...connectionHandlers(tenant),
    ...userHandlers(tenant, accounts),
  }
}
