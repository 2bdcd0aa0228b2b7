'use client'

import type {
  ConnectedAccountsClient,
  ConnectionDefinition,
  TransactionStore,
} from '@connected-accounts/client'
import {
  type AccountsIdentity,
  currentPopup,
  getUndoable,
  listenToOtherTabs,
} from '@connected-accounts/client/browser'
import { type SkipToken, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { usePendingCallback } from './hooks/usePendingCallback.js'
import {
  type ConnectedAccountsQueries,
  connectedAccountsQueries,
} from './queries/connected-accounts-queries.js'
import { findingsOptions } from './queries/grant-reports.js'
import { loggedIn, refreshAccounts } from './queries/keys.js'

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
  const { client, user, redirectUri, transactions, connections, children } = props
  const queryClient = useQueryClient()
  usePendingCallback()
  const context = useMemo(() => {
    const queries = connectedAccountsQueries({ client, user })
    return { client, user, queries, redirectUri, transactions, connections }
  }, [client, user, redirectUri, transactions, connections])
  useEffect(() => {
    // What the former user could still undo must not be sent with the next one's token.
    for (const undoable of getUndoable()) if (undoable.user !== user) undoable.undo()
    const popup = currentPopup()
    if (popup?.user !== user) popup?.cancel()
    const identity = { client, user }
    return listenToOtherTabs(identity, (connection) => {
      void refreshAccounts(queryClient, identity)
      if (connection === undefined) return
      const { queryKey } = findingsOptions(identity, connection)
      queryClient.setQueryData(queryKey, (found) => ({ ...found, reports: {} }))
    })
  }, [queryClient, client, user])
  return <Context.Provider value={context}>{children}</Context.Provider>
}

/** What the provider gives the hooks. */
export interface ConnectedAccountsContext extends AccountsIdentity {
  queries: ConnectedAccountsQueries<SkipToken>
  redirectUri: string | undefined
  connections: Record<string, ConnectionDefinition> | undefined
  transactions: TransactionStore | undefined
}

const Context = createContext<ConnectedAccountsContext | undefined>(undefined)

/** What the provider gives; throws where a hook is used outside of it. */
export function useConnectedAccountsContext(): ConnectedAccountsContext {
  const context = useContext(Context)
  if (context) return context
  throw new Error(
    'No ConnectedAccountsProvider: render <ConnectedAccountsProvider client={client} user={user?.sub}> around the components that use these hooks.',
  )
}

/** The options of queries that may not be skipped; throws while nobody is logged in. */
export function useLoggedInQueries(): ConnectedAccountsQueries {
  const context = useConnectedAccountsContext()
  return connectedAccountsQueries({ client: context.client, user: loggedIn(context) })
}
