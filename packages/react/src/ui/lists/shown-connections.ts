import type { ConnectionDefinition } from '@connected-accounts/client'

/** A connection as people see it. */
export interface ShownConnection {
  /** Name of the connection at the tenant. */
  connection: string
  /** The name that people know it by. */
  name: string
  /** The data of an SVG path of 24 by 24. Undefined: a monogram is shown. */
  logo?: string | undefined
  /** The colour of the logo. */
  color?: string | undefined
  /** The scopes that the application needs. */
  scopes: readonly string[]
  /** The scopes that the provider requires in every request for scopes. */
  required: readonly string[]
  /** What scopes allow, in words. */
  words: Readonly<Record<string, string>>
  revokeUrl?: string | undefined
  /** What stops working without an account of the connection. */
  usedBy: readonly string[]
}

/** Returns each connection of the definitions once, because several definitions may have the same connection. */
export function connectionsOf(
  definitions: Record<string, ConnectionDefinition>,
): ShownConnection[] {
  const names = new Set(Object.values(definitions).map(({ connection }) => connection))
  return [...names].map((name) => showConnection(name, definitions))
}

/** Returns how a connection is shown. Without a definition it has no other name than its own. */
export function showConnection(
  connection: string,
  definitions: Record<string, ConnectionDefinition> = {},
): ShownConnection {
  const own = Object.values(definitions).filter((one) => one.connection === connection)
  const provider = own.find((one) => one.provider)?.provider
  // Labels like "Google Calendar" and "Google Drive" are not the name of the connection that they share.
  const label = own.length > 1 ? (provider?.name ?? own[0]?.label) : own[0]?.label
  return {
    connection,
    name: label ?? connection,
    logo: provider?.logo,
    color: provider?.color,
    scopes: [...new Set(own.flatMap(({ scopes = [] }) => scopes))],
    words: provider?.scopes ?? {},
    required: provider?.requiredScopes ?? [],
    revokeUrl: own.find((one) => one.revokeUrl)?.revokeUrl,
    usedBy: [...new Set(own.flatMap(({ usedBy = [] }) => usedBy))],
  }
}
