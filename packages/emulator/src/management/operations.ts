import type { Context } from '../context/context.js'
import type { Handler } from '../resource-server/operation.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import { clientHandlers } from './clients.js'
import { connectionHandlers } from './connections.js'
import type { OperationId } from './contract.js'
import { userHandlers } from './users.js'

/** Creates all operations of the Management API. They change the running tenant itself. */
export function createHandlers(
  context: Context,
  accounts: ConnectedAccounts,
): Record<OperationId, Handler> {
  return {
    ...clientHandlers(context),
    ...connectionHandlers(context.tenant),
    ...userHandlers(context, accounts),
  }
}
