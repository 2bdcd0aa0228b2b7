'use client'

import type { ConnectionDefinition, TransactionStore } from '@connected-accounts/client'
import type { Identity } from '@connected-accounts/client/browser'
import type { SkipToken } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import {
  type ConnectedAccountsQueries,
  connectedAccountsQueries,
} from './queries/connected-accounts-queries.js'
import { loggedIn } from './queries/keys.js'

/** What the provider gives the hooks. */
export interface ConnectedAccountsContext extends Identity {
  queries: ConnectedAccountsQueries<SkipToken>
  redirectUri: string | undefined
  connections: Record<string, ConnectionDefinition> | undefined
  transactions: TransactionStore | undefined
}

/** The context behind {@link useConnectedAccountsContext}. */
export const Context = createContext<ConnectedAccountsContext | undefined>(undefined)

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
