import type { ConnectionDefinition } from '../connections/define-connections.js'
import type { Abortable } from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { iterateConnections } from './connections.js'

/** How a definition differs from what the tenant offers. */
export interface ConnectionDrift {
  /** The key of the definition in `defineConnections`. */
  key: string
  connection: string
  /** `not_offered`: missing, not enabled for the application, or not for Connected Accounts. */
  problem: 'not_offered' | 'scopes_not_offered'
  /** The scopes that the connection does not have. A request may still ask for them, because its scopes replace those. */
  scopes: string[]
}

/**
 * Compares an app's connections with those that the tenant offers the user. The scopes of a connection are not compared if
 * the tenant lists it without scopes.
 *
 * @returns The differences; empty if there are none.
 * @throws {MyAccountApiError} as `iterateConnections` does.
 *
 * @example
 * ```ts
 * import { checkConnections, createConnectedAccountsClient, defineConnections } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * // The connections that your app needs.
 * const connections = defineConnections({ code: { connection: 'github', scopes: ['repo'] } })
 * // Run this in a test of your deployment.
 * for (const { key, problem, scopes } of await checkConnections(client, connections)) {
 *   console.warn(key, problem, scopes)
 * }
 * ```
 */
export async function checkConnections(
  client: ConnectedAccountsClient,
  connections: Record<string, ConnectionDefinition>,
  options: Abortable = {},
): Promise<ConnectionDrift[]> {
  const offered = new Map<string, string[] | undefined>()
  for await (const { name, scopes } of iterateConnections(client, options)) {
    offered.set(name, scopes)
  }
  const drifts: ConnectionDrift[] = []
  for (const [key, { connection, scopes = [] }] of Object.entries(connections)) {
    const missing = scopes.filter((scope) => offered.get(connection)?.includes(scope) === false)
    if (!offered.has(connection)) {
      drifts.push({ key, connection, problem: 'not_offered', scopes: [] })
    } else if (missing.length > 0) {
      drifts.push({ key, connection, problem: 'scopes_not_offered', scopes: missing })
    }
  }
  return drifts
}
