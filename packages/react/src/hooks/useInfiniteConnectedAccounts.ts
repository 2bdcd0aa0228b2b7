'use client'

import type { ConnectedAccountsPage } from '@connected-accounts/client'
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectedAccountsFilter } from '../queries/accounts.js'
import type { Pages } from '../queries/options.js'

/**
 * Lists the connected accounts of the user in pages of up to 20. The first page is loaded at once, each further page by
 * `fetchNextPage()`. While nobody is logged in, it sends nothing and stays pending.
 *
 * @returns TanStack Query's infinite result. Its `error` is a `MyAccountApiError` if the server refused.
 * @example
 * ```tsx
 * const { data, hasNextPage, fetchNextPage } = useInfiniteConnectedAccounts()
 * const accounts = data?.pages.flatMap((page) => page.accounts) ?? []
 * ```
 */
export function useInfiniteConnectedAccounts(
  filter?: ConnectedAccountsFilter,
): UseInfiniteQueryResult<Pages<ConnectedAccountsPage>> {
  const { queries } = useConnectedAccountsContext()
  return useInfiniteQuery(queries.infiniteAccounts(filter))
}
