'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type UseSuspenseQueryResult, useSuspenseQuery } from '@tanstack/react-query'
import { useLoggedInQueries } from '../ConnectedAccountsProvider.js'
import type { Select, UseConnectedAccountsOptions } from './useConnectedAccounts.js'

/**
 * Every connected account of the user, of all pages; suspends until they are there, and throws to the error boundary where
 * the server refused. Render it only for a logged-in user: while nobody is logged in, it throws and says so.
 */
export function useSuspenseConnectedAccounts<Selected = ConnectedAccount[]>({
  select,
  ...filter
}: UseConnectedAccountsOptions<Selected> = {}): UseSuspenseQueryResult<Selected> {
  return useSuspenseQuery({
    ...useLoggedInQueries().accounts(filter),
    select: select as Select<Selected>, // TanStack's type knows no undefined, its code does
  })
}
