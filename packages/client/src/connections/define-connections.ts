import type { Provider, SocialProvider } from '../catalogue/provider.js'

/** How your application describes a connection that it uses. */
export interface ConnectionDefinition {
  /** Name of the connection, like `google-oauth2`. */
  readonly connection: string
  /** The provider behind the connection, from `@connected-accounts/client/catalogue`. */
  readonly provider?: Provider
  /** Scopes that your application needs at the provider. */
  readonly scopes?: readonly string[]
  /** The name that people know it by, for buttons and messages. */
  readonly label?: string
  /** The provider's page on which people revoke the grant. */
  readonly revokeUrl?: string
  /**
   * What stops working without an account of the connection, like `Calendar sync`: names that people know, in their language.
   * `<ConnectedAccounts />` tells them before they disconnect. Default: nothing is told.
   */
  readonly usedBy?: readonly string[]
}

/**
 * Registers your connections, so that TypeScript knows their names and scopes.
 *
 * @example
 * ```ts
 * const connections = defineConnections({ github: { connection: 'github', scopes: ['repo'] } })
 *
 * // Once in your application.
 * declare module '@connected-accounts/client' {
 *   interface Register {
 *     connections: typeof connections
 *   }
 * }
 * ```
 */
export interface Register extends Record<never, never> {}

/** The connections that your application has registered; any connection if it has registered none. */
export type RegisteredConnection = Register extends {
  connections: infer Connections extends Record<string, ConnectionDefinition>
}
  ? Connections[keyof Connections]
  : ConnectionDefinition

/** A connection's name, or its definition from `defineConnections`. */
export type ConnectionReference = RegisteredConnection['connection'] | RegisteredConnection

/** The scopes that are registered for a connection; any string if none are. */
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

/** What {@link defineConnections} takes: a definition, or one that leaves the `connection` to its provider. */
export type ConnectionInput =
  | ConnectionDefinition
  | (Omit<ConnectionDefinition, 'connection' | 'provider'> & { readonly provider: SocialProvider })

/** What {@link defineConnections} returns: each definition, with what it leaves to its provider. */
export type DefinedConnections<Inputs extends Record<string, ConnectionInput>> = {
  [Key in keyof Inputs]: Inputs[Key] & DefaultsOf<Inputs[Key]>
}

type DefaultsOf<Input> = Input extends { provider: infer P extends Provider }
  ? { readonly label: string; readonly revokeUrl?: string } & (Input extends { connection: string }
      ? unknown
      : { readonly connection: P['connection'] & string })
  : unknown

/**
 * Describes the connections of your application in one place, with literal types.
 *
 * @param connections - Definitions under keys that you choose. Several may have the same connection with other scopes. If a
 * definition has a `provider`, it may leave out `connection`, `label` and `revokeUrl`: they come from the provider.
 * @returns The same definitions, with what comes from their providers.
 * @throws {TypeError} when a definition has a provider of which Auth0 does not name the connection, and no `connection`.
 * @example
 * ```ts
 * const connections = defineConnections({
 *   calendar: {
 *     connection: 'google-oauth2',
 *     scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
 *     label: 'Google Calendar',
 *     usedBy: ['Calendar sync', 'Briefing agent'],
 *   },
 * })
 * await startConnect(client, { connection: connections.calendar, redirectUri, transactions })
 * ```
 */
export function defineConnections<const Connections extends Record<string, ConnectionInput>>(
  connections: Connections,
): DefinedConnections<Connections> {
  const defined = Object.entries(connections).map(([key, input]) => [key, complete(key, input)])
  return Object.fromEntries(defined) // fromEntries cannot know the keys
}

/** Adds to a definition what its provider knows. */
function complete(key: string, input: ConnectionInput): ConnectionInput {
  const { provider } = input
  if (!provider) return input
  const { connection, name: label, revokeUrl } = provider
  if (!connection && !('connection' in input)) {
    throw new TypeError(
      `connections.${key} needs the \`connection\`: the tenant chooses the name of a connection with ${label}.`,
    )
  }
  return { ...(connection && { connection }), label, ...(revokeUrl && { revokeUrl }), ...input }
}

/**
 * Finds the definition of a connection by a name that comes from the tenant, such as the `connection` of an account or the
 * `name` of a listed connection. If you have registered your connections, TypeScript takes the definition wherever it would
 * not take the name, which could be any string.
 *
 * @returns The first definition with that name. Undefined if there is none.
 * @example
 * ```ts
 * const definition = findConnection(connections, account.connection)
 * console.log(definition?.label ?? account.connection)
 * if (definition) connect({ connection: definition })
 * ```
 */
export function findConnection<Definition extends ConnectionDefinition>(
  connections: Record<string, Definition>,
  name: string | undefined,
): Definition | undefined {
  return Object.values(connections).find(({ connection }) => connection === name)
}

/** Returns the name of a connection. @internal */
export function connectionName(connection: string | ConnectionDefinition): string {
  return typeof connection === 'object' ? connection.connection : connection
}

/** Returns the scopes of a connection's definition; undefined if only the name is known. @internal */
export function definedScopes(connection: ConnectionReference): readonly string[] | undefined {
  return typeof connection === 'object' ? connection.scopes : undefined
}

/** Returns the scopes that the provider of a definition requires. @internal */
export function requiredScopes(connection: string | ConnectionDefinition): readonly string[] {
  const { provider }: Partial<ConnectionDefinition> = Object(connection)
  return provider?.requiredScopes ?? []
}
