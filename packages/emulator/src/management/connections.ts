import type { components } from '../generated/management.js'
import type { Call, Handler } from '../resource-server/operation.js'
import type { Connection, Tenant } from '../tenant/tenant.js'
import { invalidRequest, managementError } from './error.js'

type Schemas = components['schemas']

/** Creates the operations on connections. */
export function connectionHandlers(
  tenant: Tenant,
): Record<'updateConnection' | 'updateConnectionClients', Handler> {
  const find = ({ path }: Call) => tenant.connections.find(({ id }) => id === path.id)
  const missing = () => managementError(404, 'The connection does not exist')
  const all = tenant.clients.map(({ client_id }) => client_id)
  return {
    updateConnection(call) {
      const connection = find(call)
      if (!connection) return missing()
      update(connection, call.body as Schemas['UpdateConnectionRequest']) // fits the contract
      return Response.json(connectionBody(connection, all))
    },
    updateConnectionClients(call) {
      const connection = find(call)
      if (!connection) return missing()
      const change = call.body as Schemas['UpdateConnectionClientsRequest'] // fits the contract
      return enable(connection, all, change)
    },
  }
}

function connectionBody(
  { scopes, options, ...connection }: Connection,
  clients: string[],
): Schemas['Connection'] {
  return { enabled_clients: clients, ...connection, options: { ...options, scope: scopes } }
}

function update(connection: Connection, change: Schemas['UpdateConnectionRequest']): void {
  const { options, authentication, connected_accounts } = change
  if (authentication) connection.authentication = authentication
  if (connected_accounts) connection.connected_accounts = connected_accounts
  if (!options) return
  const { scope = [], ...others } = options
  connection.scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope
  connection.options = others
}

function enable(
  connection: Connection,
  clients: string[],
  change: Schemas['UpdateConnectionClientsRequest'],
): Response {
  const unknown = change.find(({ client_id }) => !clients.includes(client_id))
  if (unknown) {
    const detail = `The client ${unknown.client_id} does not exist`
    return invalidRequest({ detail, field: 'client_id' })
  }
  const enabled = new Set(connection.enabled_clients ?? clients)
  for (const { client_id, status } of change) {
    if (status) enabled.add(client_id)
    else enabled.delete(client_id)
  }
  connection.enabled_clients = [...enabled]
  return new Response(null, { status: 204 })
}
