import type { ConnectedAccount, Connection } from '../contract/types.js'
import {
  type ConnectionDefinition,
  type ConnectionReference,
  type ConnectionScope,
  connectionName,
  definedScopes,
  requiredScopes,
} from './define-connections.js'
import type { GrantError } from './grant-error.js'

/**
 * Whether a connection can be used. `connected` and `expiring` mean yes. `missing_scopes`, `expired` and `not_connected`
 * are fixed by connecting the account again. `unavailable` is not, because the tenant does not offer the connection.
 */
export type ConnectionStatus = AccountStatus | 'not_connected' | 'unavailable'

/** What {@link connectionHealth} decides by. */
export interface ConnectionHealthOptions<
  Reference extends ConnectionReference = ConnectionReference,
> {
  /** The user's connected accounts. Accounts of other connections are ignored. */
  accounts: readonly ConnectedAccount[]
  /** The connections that the tenant offers the user. If left out, no connection is `unavailable`. */
  connections?: readonly Connection[] | undefined
  /** The scopes that your application needs at the provider. Default: the scopes of the connection's definition. */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /**
   * Your connections from `defineConnections`. If `reference` is a name, the scopes of every definition with that name are
   * among the `repairScopes`. Default: only those of `reference`, if it is a definition.
   */
  definitions?: Record<string, ConnectionDefinition> | undefined
  /** Id of the only account that counts. Default: any account of the connection. */
  accountId?: string | undefined
  /** How long before its end a grant counts as `expiring`, in milliseconds. Default: one day. */
  expiringMs?: number | undefined
  /** What the last call that failed said about the grant, as `readGrantError` returns it. */
  grantError?: GrantError | undefined
}

/** What {@link connectionHealth} returns. */
export interface ConnectionHealth {
  status: ConnectionStatus
  /** True if the status is `connected` or `expiring`. */
  isUsable: boolean
  /** The account that the status is about: the most usable one. */
  account: ConnectedAccount | undefined
  missingScopes: string[]
  /**
   * The scopes to ask for when the account is connected again: the granted ones, the needed ones, those of the definition
   * and those that its provider requires, because the scopes of a request replace those of the grant. Undefined if there
   * are none.
   */
  repairScopes: string[] | undefined
  /** When the status will change because time passes, in milliseconds since the epoch. Infinity if it will not. */
  changesAt: number
}

/**
 * Decides whether your application can use a connection now, and what is missing if it cannot. Sends no request.
 *
 * @param reference - The connection's name, or its definition from `defineConnections`.
 * @example
 * ```ts
 * // The lists may come from a cache.
 * const { accounts } = await listConnectedAccounts(client)
 * const { status, missingScopes } = connectionHealth('github', { accounts, scopes: ['repo'] })
 * if (status === 'missing_scopes') console.log(`Please allow ${missingScopes.join(', ')}.`)
 * ```
 */
export function connectionHealth<Reference extends ConnectionReference>(
  reference: Reference,
  options: ConnectionHealthOptions<Reference>,
): ConnectionHealth {
  const connection = connectionName(reference)
  const { connections, definitions, accountId, grantError } = options
  const { scopes = definedScopes(reference) ?? [], expiringMs = DAY } = options
  const defined = definitionsOf(reference, definitions)
  const required = defined.flatMap(requiredScopes)
  // The list may show those that the provider requires under other names.
  const needed = scopes.filter((scope) => !required.includes(scope))
  const accounts = options.accounts.filter(
    (account) => account.connection === connection && (!accountId || account.id === accountId),
  )
  const [best] = accounts
    .map((account) => judgeAccount(account, { scopes: needed, expiringMs, grantError }))
    .sort(byUsability)
  const status = best?.status ?? 'not_connected'
  const missingScopes = best?.missingScopes ?? needed
  const isUsable = status === 'connected' || status === 'expiring'
  const isOffered = connections?.some(({ name }) => name === connection) ?? true
  const repairScopes = new Set([
    ...(best?.account.scopes ?? []),
    ...scopes,
    ...missingScopes,
    ...defined.flatMap((definition) => definition.scopes ?? []),
  ])
  return {
    status: isUsable || isOffered ? status : 'unavailable',
    isUsable,
    account: best?.account,
    missingScopes,
    repairScopes: repairScopes.size > 0 ? [...new Set([...repairScopes, ...required])] : undefined,
    changesAt: nextChange(accounts, expiringMs),
  }
}

/** Returns the definition itself; for a name, all definitions with that name. */
function definitionsOf(
  reference: ConnectionReference,
  definitions: Record<string, ConnectionDefinition> = {},
): readonly ConnectionDefinition[] {
  if (typeof reference === 'object') return [reference]
  return Object.values(definitions).filter(({ connection }) => connection === reference)
}

const DAY = 86_400_000

/** From the most usable status to the least usable one. */
const STATUSES = ['connected', 'expiring', 'missing_scopes', 'expired'] as const // literal types

type AccountStatus = (typeof STATUSES)[number]

interface JudgedAccount {
  account: ConnectedAccount
  status: AccountStatus
  missingScopes: string[]
}

interface Requirements {
  scopes: readonly string[]
  expiringMs: number
  grantError: GrantError | undefined
}

function judgeAccount(account: ConnectedAccount, requirements: Requirements): JudgedAccount {
  const missingScopes = scopesMissingFrom(account, requirements)
  return { account, missingScopes, status: statusOf(account, missingScopes, requirements) }
}

function scopesMissingFrom(
  account: ConnectedAccount,
  { scopes, grantError }: Requirements,
): string[] {
  const isDenied = grantError?.code === 'insufficient_scope'
  const denied = isDenied ? (grantError.scopes ?? scopes) : []
  const needed = [...new Set([...scopes, ...denied])]
  const notListed = needed.filter((scope) => !account.scopes.includes(scope))
  // If the list has all of them and the provider refused nevertheless, the provider is right.
  return notListed.length > 0 ? notListed : [...denied]
}

function statusOf(
  account: ConnectedAccount,
  missingScopes: string[],
  { expiringMs, grantError }: Requirements,
): AccountStatus {
  const timeLeft = endOf(account) - Date.now()
  if (timeLeft <= 0 || grantError?.code === 'connection_not_connected') return 'expired'
  if (grantError || missingScopes.length > 0) return 'missing_scopes'
  return timeLeft <= expiringMs ? 'expiring' : 'connected'
}

/** Sorts the more usable account first: by status, then by the number of missing scopes. */
function byUsability(one: JudgedAccount, other: JudgedAccount): number {
  const difference = STATUSES.indexOf(one.status) - STATUSES.indexOf(other.status)
  if (difference !== 0) return difference
  return one.missingScopes.length - other.missingScopes.length
}

/** The next time at which an account starts to be `expiring` or `expired`, in milliseconds since the epoch. */
function nextChange(accounts: readonly ConnectedAccount[], expiringMs: number): number {
  const times = accounts.map(endOf).flatMap((end) => [end - expiringMs, end])
  return Math.min(...times.filter((time) => time > Date.now()))
}

/** When an account's grant ends, in milliseconds since the epoch; Infinity if it does not end. */
function endOf({ expires_at }: ConnectedAccount): number {
  return expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_at)
}
