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

/** The name of a connection that is given by it, or as `defineConnections` has it. */
export function connectionName(connection: string | ConnectionDefinition): string {
  return typeof connection === 'object' ? connection.connection : connection
}
