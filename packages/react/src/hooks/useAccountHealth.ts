'use client'

import {
  type ConnectedAccount,
  type Connection,
  type ConnectionHealth,
  connectionHealth,
} from '@connected-accounts/client'
import { useRenderAt } from './useConnectionHealth.js'
import { useGrantReports } from './useGrantReports.js'

/** Options of {@link useAccountHealth}. */
export interface UseAccountHealthOptions {
  /** All accounts of the user, from `useConnectedAccounts()`. */
  accounts: ConnectedAccount[]
  /** The connections that the tenant offers, from `useConnections()`. If left out, no account is `unavailable`. */
  connections?: Connection[] | undefined
  /** The scopes that your application needs at the provider. Default: none. */
  scopes?: readonly string[] | undefined
}

/** What {@link useAccountHealth} returns: the fields of `connectionHealth`, for one account. */
export interface UseAccountHealthResult extends Pick<ConnectionHealth, 'status' | 'missingScopes'> {
  /** True if it is the only account of its connection. */
  isOnly: boolean
}

/**
 * Tells whether an account of a list can be used, for the rows of a long list. It counts what `reportGrantError` has reported, as
 * `useConnection` does, but it takes the lists from you: if each of a thousand rows had `useConnection`, each would compare the
 * whole list.
 *
 * @example
 * ```tsx
 * function AccountRow({ account, accounts }: { account: ConnectedAccount; accounts: ConnectedAccount[] }) {
 *   const { status } = useAccountHealth(account, { accounts })
 *   return <li>{account.connection}: {status}</li>
 * }
 * ```
 */
export function useAccountHealth(
  account: ConnectedAccount,
  { accounts, connections, scopes }: UseAccountHealthOptions,
): UseAccountHealthResult {
  const { id, connection } = account
  const listed = accounts.filter((one) => one.connection === connection)
  const isOnly = listed.length === 1
  const own = useGrantReports({ connection, accounts: listed, accountId: id }).grantError
  // The application may have reported an error of the connection without saying which account it was about.
  const any = useGrantReports({ connection, accounts: listed, accountId: undefined }).grantError
  const grantError = own ?? (isOnly ? any : undefined)
  const options = { accounts: [account], connections, scopes, grantError }
  const { status, missingScopes, changesAt } = connectionHealth(connection, options)
  useRenderAt(changesAt)
  return { status, missingScopes, isOnly }
}
