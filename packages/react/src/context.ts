'use client'

import type { TransactionStore } from '@connected-accounts/client'
import { createContext, useContext } from 'react'
import type { Identity } from './keys.js'
import type { ConnectedAccountsQueries } from './queries.js'

/** What the provider gives the hooks. */
export interface ConnectedAccountsContext extends Identity {
  queries: ConnectedAccountsQueries
  redirectUri: string | undefined
  transactions: TransactionStore
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
