import {
  type CompletedConnect,
  type ConnectedAccount,
  type GrantError,
  readGrantError,
} from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { type IdentityKey, identityKey, keptCallsKey, listKey } from './keys.js'
import { type QueriesIdentity, type QueryOptions, withoutPlaceholder } from './options.js'

/** What a failed call said about a grant. */
export interface GrantReport extends GrantError {
  /**
   * The connection's accounts as JSON when the call failed; undefined if they were not loaded yet. The report no longer
   * counts once the accounts have changed.
   */
  listed: string | undefined
}

/** What this page knows about a connection beyond the lists. */
export interface GrantReports {
  /** The last report about each account, by the account's id, and under {@link ANY_ACCOUNT} about the connection. */
  reports: Record<string, GrantReport>
  /** The last flow of the connection that this page completed. */
  lastConnect?: CompletedConnect
}

/** Key of the {@link GrantReports} of a connection. */
export type GrantReportsKey = [...IdentityKey, 'grant-reports', string]

/** The key of a report that is not about one account. */
export const ANY_ACCOUNT = ''

/** Options of the query that holds the {@link GrantReports} of a connection. It is never fetched. */
export function grantReportsOptions(
  identity: AccountsIdentity,
  connection: string,
): QueryOptions<GrantReports, GrantReportsKey> {
  return queryOptions<GrantReports, Error, GrantReports, GrantReportsKey>({
    ...withoutPlaceholder,
    queryKey: [...identityKey(identity), 'grant-reports', connection],
    queryFn: skipToken,
  })
}

/** The error of a call that failed because of a grant. */
export interface ReportedError {
  connection: string
  /** Id of the account that the call was for. Default: any account of the connection. */
  accountId?: string | undefined
  error: unknown
}

/**
 * Notes what a failed call, of this page or of another program, said about the grants of a connection or of one account. Returns
 * false if the error is not about a grant.
 */
export function noteGrantError(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  { connection, accountId = ANY_ACCOUNT, error }: ReportedError,
): boolean {
  const grantError = readGrantError(error)
  if (!grantError) return false
  const accounts = cachedAccounts(queryClient, identity, connection)
  const { queryKey } = grantReportsOptions(identity, connection)
  queryClient.setQueryData(queryKey, (known) => ({
    ...known,
    reports: {
      ...known?.reports,
      [accountId]: { ...grantError, listed: accounts && JSON.stringify(accounts) },
    },
  }))
  return true
}

/** Returns the accounts of a connection as they are cached now; undefined if they are not loaded. */
export function cachedAccounts(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  connection: string,
): ConnectedAccount[] | undefined {
  const accounts = queryClient.getQueryData<ConnectedAccount[]>(listKey(identity))
  return accounts?.filter((account) => account.connection === connection)
}

/** Forgets the reports about a connection, because an account of it was connected in another tab. */
export function forgetReports(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  connection: string,
): void {
  const { queryKey } = grantReportsOptions(identity, connection)
  queryClient.setQueryData(queryKey, (known) => ({ ...known, reports: {} }))
}

/** Notes a completed flow, after which the reports about its connection no longer count, and kept calls may go on. */
export function noteCompletedConnect(
  queryClient: QueryClient,
  identity: QueriesIdentity,
  lastConnect: CompletedConnect,
): void {
  const { queryKey } = grantReportsOptions(identity, lastConnect.account.connection)
  queryClient.setQueryData(queryKey, { reports: {}, lastConnect })
  void queryClient.invalidateQueries({ queryKey: keptCallsKey(identity) })
  identity.onConnect?.(lastConnect)
}
