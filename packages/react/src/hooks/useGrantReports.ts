'use client'

import type { CompletedConnect, ConnectedAccount, GrantError } from '@connected-accounts/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { ANY_ACCOUNT, grantReportsOptions, noteGrantError } from '../queries/grant-reports.js'

/** What the reports are about. */
interface UseGrantReportsOptions {
  connection: string
  /** The connection's accounts; undefined while they are not loaded. */
  accounts: ConnectedAccount[] | undefined
  accountId: string | undefined
}

/** What {@link useGrantReports} returns. */
interface UseGrantReportsResult {
  /** The last flow of the connection that this page completed. */
  lastConnect: CompletedConnect | undefined
  /** The last report; undefined if there is none, or if the accounts have changed since. */
  grantError: GrantError | undefined
  /** Notes an error; returns false if it is not about a grant. */
  reportGrantError: (error: unknown) => boolean
}

/** Reads and notes what failed calls said about the grants of a connection, or of one account. @internal */
export function useGrantReports({
  connection,
  accounts,
  accountId = ANY_ACCOUNT,
}: UseGrantReportsOptions): UseGrantReportsResult {
  const identity = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const { reports, lastConnect } = useQuery(grantReportsOptions(identity, connection)).data ?? {}
  const report = reports?.[accountId]
  // A report that was made before the accounts were loaded counts for the accounts as they are loaded.
  const isCurrent = report?.listed === undefined || report.listed === JSON.stringify(accounts)

  const reportGrantError = (error: unknown) =>
    noteGrantError(queryClient, identity, { connection, accountId, error })

  return { lastConnect, grantError: isCurrent ? report : undefined, reportGrantError }
}
