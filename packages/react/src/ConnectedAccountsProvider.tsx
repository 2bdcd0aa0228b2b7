'use client'

import {
  type ConnectedAccountsClient,
  type ConnectionDefinition,
  localStorageTransactions,
  sessionStorageTransactions,
  type TransactionStore,
} from '@connected-accounts/client'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Context } from './context.js'
import { findingsOptions } from './findings.js'
import { cancelPopup, currentPopup } from './popup-window.js'
import { connectedAccountsQueries } from './queries.js'
import { listenToOtherTabs, refreshAccounts } from './refresh.js'
import { getWaiting } from './undo.js'
import { useSeenCallback } from './useSeenCallback.js'

/** Props of {@link ConnectedAccountsProvider}. */
export interface ConnectedAccountsProviderProps {
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`; undefined while nobody is logged in, and then nothing is asked. */
  user: string | undefined
  /** Where flows come back to, one of the application's allowed callback URLs; by default the page's origin. */
  redirectUri?: string | undefined
  /** Keeps flows while the person is away; by default in `sessionStorage`, and those in popups in `localStorage`. */
  transactions?: TransactionStore | undefined
  /** The application's connections, as `defineConnections` of the client has them: where a grant is revoked. */
  connections?: Record<string, ConnectionDefinition> | undefined
  children?: ReactNode
}

/**
 * Gives the hooks below it a client and a user. It needs TanStack's `QueryClientProvider` around it, and brings none of
 * its own. It takes note of a connect callback in the address bar, also while `user` is still undefined, and refreshes the
 * lists when another tab of the same user connects or disconnects an account.
 */
export function ConnectedAccountsProvider(props: ConnectedAccountsProviderProps): ReactNode {
  const { client, user, redirectUri, connections, children } = props
  const queryClient = useQueryClient()
  const [ownTransactions] = useState(sessionStorageTransactions)
  const [ownPopupTransactions] = useState(localStorageTransactions)
  const { transactions = ownTransactions, transactions: popupTransactions = ownPopupTransactions } =
    props
  useSeenCallback()
  const context = useMemo(() => {
    const queries = connectedAccountsQueries({ client, user })
    return {
      ...{ client, user, queries, redirectUri, connections },
      ...{ transactions, popupTransactions },
    }
  }, [client, user, redirectUri, transactions, popupTransactions, connections])
  useEffect(() => {
    // What the former user could still undo must not be sent with the next one's token.
    for (const waiting of getWaiting()) if (waiting.user !== user) waiting.undo()
    if (currentPopup()?.user !== user) cancelPopup()
    return listenToOtherTabs({ client, user }, (connection) => {
      void refreshAccounts(queryClient, { client, user })
      if (connection === undefined) return
      const { queryKey } = findingsOptions({ client, user }, connection)
      queryClient.setQueryData(queryKey, { reports: [] })
    })
  }, [queryClient, client, user])
  return <Context.Provider value={context}>{children}</Context.Provider>
}
