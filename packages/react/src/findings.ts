import { type CompletedConnectedAccount, isMyAccountApiError } from '@connected-accounts/client'
import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { type Identity, type IdentityKey, identityKey } from './keys.js'
import type { QueryOptions } from './options.js'

/** What a failed call said of a grant that the list of accounts does not show. */
export interface Report {
  /** Which account it was about; undefined where that is unknown. */
  accountId: string | undefined
  /** The connection's accounts as they were then: once they are others, the report is over. */
  listed: string
  /** The scopes that the call needed; undefined where there was no usable grant at all. */
  neededScopes: string[] | undefined
}

/** What this page has found out about a connection. */
export interface Findings {
  reports: Report[]
  /** The account that the last flow came back with, and the one that it was to repair. */
  returned?: { account: CompletedConnectedAccount; repairs?: string | undefined }
}

/** Key of the {@link Findings} about a connection. */
export type FindingsKey = [...IdentityKey, 'findings', string]

/** Options of the query that holds the {@link Findings}: it is never fetched. */
export function findingsOptions(
  identity: Identity,
  connection: string,
): QueryOptions<Findings, FindingsKey> {
  return queryOptions<Findings, Error, Findings, FindingsKey>({
    queryKey: [...identityKey(identity), 'findings', connection],
    queryFn: skipToken,
    placeholderData: () => undefined,
  })
}

/** Notes a report in place of an earlier one about the same account. */
export function noteReport(
  queryClient: QueryClient,
  queryKey: QueryOptions<Findings, FindingsKey>['queryKey'],
  report: Report,
): void {
  queryClient.setQueryData(queryKey, ({ reports = [], ...rest }: Partial<Findings> = {}) => {
    const others = reports.filter(({ accountId }) => accountId !== report.accountId)
    return { ...rest, reports: [...others, report] }
  })
}

/**
 * What an error says of the grant; undefined where it is about something else. Read are `code` or `error`, and `scope` as
 * RFC 6750 §3 has it: the scopes that the call needs. Those of the My Account API are about the login's own token.
 */
export function readGrantError(
  error: unknown,
  scopes: readonly string[],
): Pick<Report, 'neededScopes'> | undefined {
  if (typeof error !== 'object' || isMyAccountApiError(error)) return undefined
  const { code, error: name = code, scope }: Record<string, unknown> = { ...error }
  if (NO_GRANT.includes(String(name))) return { neededScopes: undefined }
  if (name !== 'insufficient_scope') return undefined
  return { neededScopes: typeof scope === 'string' ? scope.split(' ') : [...scopes] }
}

// Ours, and the one that Auth0's token endpoint answers.
const NO_GRANT = ['connection_not_connected', 'federated_connection_refresh_token_not_found']
