import type { ConnectionDefinition } from '../connections/define-connections.js'
import type { Abortable } from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { iterateConnections } from './connections.js'

/** How a definition differs from what the tenant offers. */
export interface ConnectionDrift {
  /** Its key in `defineConnections`. */
  key: string
  connection: string
  /** `not_offered`: missing, not enabled for the application, or not for Connected Accounts. */
  problem: 'not_offered' | 'scopes_not_offered'
  /** The scopes that the connection does not have. A request may still ask for them, as its scopes replace those. */
  scopes: string[]
}

/**
 * Compares an app's connections with those that the tenant offers the user; empty where all is well. A connection that
 * is listed without scopes is not compared by them. Throws `MyAccountApiError`.
 */
export async function checkConnections(
  client: ConnectedAccountsClient,
  connections: Record<string, ConnectionDefinition>,
  options: Abortable = {},
): Promise<ConnectionDrift[]> {
  const offered = new Map<string, string[] | undefined>()
  for await (const { name, scopes } of iterateConnections(client, options))
    offered.set(name, scopes)
  return Object.entries(connections).flatMap(
    ([key, { connection, scopes = [] }]): ConnectionDrift[] => {
      if (!offered.has(connection)) return [{ key, connection, problem: 'not_offered', scopes: [] }]
      const missing = scopes.filter((scope) => offered.get(connection)?.includes(scope) === false)
      return missing.length > 0
        ? [{ key, connection, problem: 'scopes_not_offered', scopes: missing }]
        : []
    },
  )
}
