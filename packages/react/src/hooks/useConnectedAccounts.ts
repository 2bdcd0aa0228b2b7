'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectedAccountsFilter } from '../queries/accounts.js'

/** Picks what a component needs of the list. */
export type Select<Selected> = (accounts: ConnectedAccount[]) => Selected

/** Options of {@link useConnectedAccounts} and {@link useSuspenseConnectedAccounts}. */
export interface UseConnectedAccountsOptions<Selected> extends ConnectedAccountsFilter {
  /** What the component needs of the list, like one account of it: it is rendered again only when that changes. */
  select?: Select<Selected> | undefined
}

/**
 * Every connected account of the user, of all pages. Asks nothing while nobody is logged in, and stays pending.
 * The error is a `MyAccountApiError` where the server refused.
 */
export function useConnectedAccounts<Selected = ConnectedAccount[]>({
  select,
  ...filter
}: UseConnectedAccountsOptions<Selected> = {}): UseQueryResult<Selected> {
  const { queries } = useConnectedAccountsContext()
  return useQuery({
    ...queries.accounts(filter),
    select: select as Select<Selected>, // TanStack's type knows no undefined, its code does
  })
}
