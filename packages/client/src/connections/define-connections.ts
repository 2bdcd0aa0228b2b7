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

/** Scopes that are registered for a connection, by default for any; any string where none are. */
export type ConnectionScope<Reference extends ConnectionReference = ConnectionReference> = ScopeOf<
  RegisteredConnection,
  NameOf<Reference>
>

type NameOf<Reference> = Reference extends { connection: infer Name } ? Name : Reference

type ScopeOf<Definition extends ConnectionDefinition, Name> = Definition extends unknown
  ? Name extends Definition['connection']
    ? Definition extends { scopes: readonly (infer Scope extends string)[] }
      ? Scope
      : string
    : never
  : never

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

/** The scopes of a connection that is given as `defineConnections` has it. */
export function definedScopes(connection: ConnectionReference): readonly string[] | undefined {
  return typeof connection === 'object' ? connection.scopes : undefined
}
