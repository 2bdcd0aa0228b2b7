import type { ConnectedAccount, Connection } from '../contract/types.js'
import {
  type ConnectionReference,
  type ConnectionScope,
  connectionName,
  definedScopes,
} from './define-connections.js'
import type { GrantError } from './grant-error.js'

/**
 * Whether a connection can be used. `connected` and `expiring` mean yes. `missing_scopes`, `expired` and `not_connected` can be
 * mended by connecting again; `unavailable` cannot, as the tenant does not offer the connection.
 */
export type ConnectionStatus = AccountStatus | 'not_connected' | 'unavailable'

/** What {@link connectionHealth} judges by. */
export interface ConnectionHealthOptions<
  Reference extends ConnectionReference = ConnectionReference,
> {
  /** The user's connected accounts; those of other connections do not count. */
  accounts: readonly ConnectedAccount[]
  /** What the tenant offers the user; left out, no connection is `unavailable`. */
  connections?: readonly Connection[] | undefined
  /** The scopes that the application needs at the provider; by default those of its definition. */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** The one account that counts; by default any of the connection. */
  accountId?: string | undefined
  /** How long before its end a grant is `expiring`, in milliseconds; by default a day. */
  expiringMs?: number | undefined
  /** What the last call said that failed for want of the grant; see `readGrantError`. */
  grantError?: GrantError | undefined
}

/** What {@link connectionHealth} answers. */
export interface ConnectionHealth {
  status: ConnectionStatus
  /** Whether the status is `connected` or `expiring`. */
  isUsable: boolean
  /** The account that the status is about: the one that can be used best. */
  account: ConnectedAccount | undefined
  missingScopes: string[]
  /**
   * What to ask for when it is connected again: the scopes that are granted and those that are needed, as the scopes of a
   * request replace those of the grant. Undefined where there are none.
   */
  repairScopes: string[] | undefined
  /** When the status changes by itself, in milliseconds since the epoch; Infinity where it does not. */
  changesAt: number
}

/** May this connection be used now? By its name, or as `defineConnections` has it. Sends nothing. */
export function connectionHealth<Reference extends ConnectionReference>(
  reference: Reference,
  options: ConnectionHealthOptions<Reference>,
): ConnectionHealth {
  const connection = connectionName(reference)
  const { connections, accountId, scopes = definedScopes(reference) ?? [] } = options
  const { expiringMs = DAY, grantError } = options
  const accounts = options.accounts.filter(
    (one) => one.connection === connection && (!accountId || one.id === accountId),
  )
  const ends = accounts.map(endOf).flatMap((end) => [end, end - expiringMs])
  const [best] = accounts
    .map((account) => judge(account, { scopes, expiringMs, grantError }))
    .sort((one, other) => rank(one) - rank(other))
  const { status, account, missingScopes = [...scopes] }: Partial<Judged> = best ?? {}
  const isUsable = status === 'connected' || status === 'expiring'
  const isOffered = isUsable || (connections?.some(({ name }) => name === connection) ?? true)
  const union = [...new Set([...(account?.scopes ?? []), ...scopes, ...missingScopes])]
  return {
    status: isOffered ? (status ?? 'not_connected') : 'unavailable',
    isUsable,
    account,
    missingScopes,
    repairScopes: union.length ? union : undefined,
    changesAt: Math.min(...ends.filter((at) => at > Date.now())),
  }
}

const DAY = 86_400_000
const ORDER = ['connected', 'expiring', 'missing_scopes', 'expired'] as const // literal types

type AccountStatus = (typeof ORDER)[number]

interface Judged {
  status: AccountStatus
  account: ConnectedAccount
  missingScopes: string[]
}

interface Requirements {
  scopes: readonly string[]
  expiringMs: number
  grantError: GrantError | undefined
}

function judge(
  account: ConnectedAccount,
  { scopes, expiringMs, grantError }: Requirements,
): Judged {
  const left = endOf(account) - Date.now()
  const denied = grantError?.code === 'insufficient_scope' ? (grantError.scopes ?? scopes) : []
  const needed = new Set([...scopes, ...denied])
  const lacking = [...needed].filter((scope) => !account.scopes.includes(scope))
  // The list may say that all were granted, and the provider that they were not.
  const missingScopes = lacking.length ? lacking : [...denied]
  const answer = { account, missingScopes }
  if (left <= 0 || grantError?.code === 'connection_not_connected')
    return { ...answer, status: 'expired' }
  if (grantError || missingScopes.length) return { ...answer, status: 'missing_scopes' }
  return { ...answer, status: left <= expiringMs ? 'expiring' : 'connected' }
}

/** When an account's grant ends, in milliseconds since the epoch. */
function endOf({ expires_at }: ConnectedAccount): number {
  return expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_at)
}

/** The lower, the better an account can be used. */
function rank({ status, missingScopes }: Judged): number {
  return 100 * ORDER.indexOf(status) + missingScopes.length
}
