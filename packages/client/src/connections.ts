import { iterateConnections } from './accounts.js'
import type { ConnectedAccountsClient } from './client.js'
import type { Abortable } from './types.js'

/** What an app says of a connection that it uses. */
export interface ConnectionDefinition {
  /** Name of the connection, like `google-oauth2`. */
  readonly connection: string
  /** Scopes that the app needs of it. */
  readonly scopes?: readonly string[]
  /** How people call it. */
  readonly label?: string
  /** Where people revoke the grant at the provider. */
  readonly revokeUrl?: string
}

/**
 * Declared by an app, it makes names and scopes literal types:
 * `declare module '@connected-accounts/client' { interface Register { connections: typeof connections } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: an app adds its connections by declaration merging
export interface Register {}

/** The connections that the app has registered, or any. */
export type RegisteredConnection = Register extends {
  connections: infer Connections extends Record<string, ConnectionDefinition>
}
  ? Connections[keyof Connections]
  : ConnectionDefinition

/** A connection by its name, or as `defineConnections` has it. */
export type ConnectionReference = RegisteredConnection['connection'] | RegisteredConnection

/** Scopes of the registered connections; any string where one of them has none. */
export type ConnectionScope = ScopeOf<RegisteredConnection>

type ScopeOf<Definition> = Definition extends { scopes: readonly (infer Scope extends string)[] }
  ? Scope
  : string

/** Names the connections of an app, once, with their literal types. */
export function defineConnections<const Connections extends Record<string, ConnectionDefinition>>(
  connections: Connections,
): Connections {
  return connections
}

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
