'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectedAccountsFilter } from '../queries/accounts.js'

/** Selects what a component needs from the list. */
export type Select<Selected> = (accounts: ConnectedAccount[]) => Selected

/** Options of {@link useConnectedAccounts} and {@link useSuspenseConnectedAccounts}. */
export interface UseConnectedAccountsOptions<Selected> extends ConnectedAccountsFilter {
  /** Selects what the component needs, for example one account. The component renders again only when that changes. */
  select?: Select<Selected> | undefined
}

/**
 * Lists every connected account of the user, from all pages. While nobody is logged in, it sends nothing and stays pending.
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
  return useQuery({
    ...queries.accounts(filter),
    select: select as Select<Selected>, // TanStack's type does not allow undefined; its code does
  })
}
