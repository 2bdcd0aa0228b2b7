import type { CompletedConnect, GrantError } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import { queryOptions, skipToken } from '@tanstack/react-query'
import { type IdentityKey, identityKey } from './keys.js'
import type { QueryOptions } from './options.js'

/** What a failed call said of a grant. */
export interface Report extends GrantError {
  /** The connection's accounts as they were then, if they were known: once they are others, the report is over. */
  listed: string | undefined
}

/** What this page has found out about a connection. */
export interface Findings {
  /** The last one about each account, by its id, and under `''` about any. */
  reports: Record<string, Report>
  /** What the last flow came back with. */
  returned?: CompletedConnect
}

/** Key of the {@link Findings} about a connection. */
export type FindingsKey = [...IdentityKey, 'findings', string]

/** Options of the query that holds the {@link Findings}: it is never fetched. */
export function findingsOptions(
  identity: AccountsIdentity,
  connection: string,
): QueryOptions<Findings, FindingsKey> {
  return queryOptions<Findings, Error, Findings, FindingsKey>({
    queryKey: [...identityKey(identity), 'findings', connection],
    queryFn: skipToken,
    placeholderData: () => undefined,
  })
}
