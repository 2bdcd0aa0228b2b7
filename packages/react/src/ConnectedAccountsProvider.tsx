'use client'

import {
  type ConnectedAccountsClient,
  sessionStorageTransactions,
  type TransactionStore,
} from '@connected-accounts/client'
import { type ReactNode, useMemo, useState } from 'react'
import { Context } from './context.js'
import { connectedAccountsQueries } from './queries.js'
import { useSeenCallback } from './useSeenCallback.js'

/** Props of {@link ConnectedAccountsProvider}. */
export interface ConnectedAccountsProviderProps {
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`; undefined while nobody is logged in, and then nothing is asked. */
  user: string | undefined
  /** Where flows come back to, one of the application's allowed callback URLs; by default the page's origin. */
  redirectUri?: string | undefined
  /** Keeps flows while the person is away; by default in `sessionStorage`. */
  transactions?: TransactionStore | undefined
  children?: ReactNode
}

/**
 * Gives the hooks below it a client and a user. It needs TanStack's `QueryClientProvider` around it, and brings none of
 * its own. It takes note of a connect callback in the address bar, also while `user` is still undefined.
 */
export function ConnectedAccountsProvider(props: ConnectedAccountsProviderProps): ReactNode {
  const { client, user, redirectUri, children } = props
  const [ownTransactions] = useState(sessionStorageTransactions)
  const { transactions = ownTransactions } = props
  useSeenCallback()
  const context = useMemo(() => {
    const queries = connectedAccountsQueries({ client, user })
    return { client, user, queries, redirectUri, transactions }
  }, [client, user, redirectUri, transactions])
  return <Context.Provider value={context}>{children}</Context.Provider>
}
