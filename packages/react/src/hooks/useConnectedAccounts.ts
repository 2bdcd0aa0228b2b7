'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { type ConnectedAccountsFilter, type Select, selectAccounts } from '../queries/accounts.js'

/** Options of {@link useConnectedAccounts} and {@link useSuspenseConnectedAccounts}. */
export interface UseConnectedAccountsOptions<Selected> extends ConnectedAccountsFilter {
  /** Selects what the component needs, for example one account. The component renders again only when that changes. */
  select?: Select<Selected> | undefined
}

/**
 * Lists every connected account of the user, from all pages. While nobody is logged in, it sends nothing and stays pending.
 * All components share one list, also those that show the accounts of one connection.
 *
 * @returns TanStack Query's result. Its `error` is a `MyAccountApiError` if the server refused.
 * @example
 * ```tsx
 * const { data: accounts = [], isPending, error } = useConnectedAccounts({ connection: 'github' })
 * ```
 */
export function useConnectedAccounts<Selected = ConnectedAccount[]>({
  select,
  ...filter
}: UseConnectedAccountsOptions<Selected> = {}): UseQueryResult<Selected> {
  const { queries } = useConnectedAccountsContext()
  return useQuery({ ...queries.accounts(), select: selectAccounts(filter, select) })
}
