'use client'

import {
  type ConnectedAccount,
  type Connection,
  type ConnectionHealth,
  connectionHealth,
} from '@connected-accounts/client'
import { useRenderAt } from './useConnectionHealth.js'
import { isOf, useGrantReports } from './useGrantReports.js'

/** The lists that an account is judged by. */
interface AccountHealthOptions {
  accounts: ConnectedAccount[]
  /** The connections that the tenant offers. If left out, no account is `unavailable`. */
  connections: Connection[] | undefined
  /** The scopes that the application needs at the provider. */
  scopes: readonly string[]
}

/**
 * Decides whether an account of a list can be used. Unlike `useConnection`, it does not observe the lists itself: in a list of a
 * thousand accounts, each observer would compare the whole list.
 * @internal
 */
export function useAccountHealth(
  account: ConnectedAccount,
  { accounts, connections, scopes }: AccountHealthOptions,
): Pick<ConnectionHealth, 'status' | 'missingScopes'> & { isOnly: boolean } {
  const { id, connection } = account
  const listed = accounts.filter(isOf(connection))
  const isOnly = listed.length === 1
  const own = useGrantReports({ connection, accounts: listed, accountId: id }).grantError
  // The application may have reported an error of the connection without saying which account it was about.
  const any = useGrantReports({ connection, accounts: listed, accountId: undefined }).grantError
  const grantError = own ?? (isOnly ? any : undefined)
  const options = { accounts: [account], connections, scopes, grantError }
  const { changesAt, ...health } = connectionHealth(connection, options)
  useRenderAt(changesAt)
  return { ...health, isOnly }
}
