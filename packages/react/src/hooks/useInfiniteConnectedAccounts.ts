'use client'

import type { ConnectedAccountsPage } from '@connected-accounts/client'
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectedAccountsFilter } from '../queries/accounts.js'
import type { Pages } from '../queries/options.js'

/**
 * The connected accounts of the user in pages of up to 20, each asked for by `fetchNextPage()`. Asks nothing while nobody
 * is logged in, and stays pending. The error is a `MyAccountApiError` where the server refused.
 */
export function useInfiniteConnectedAccounts(
  filter?: ConnectedAccountsFilter,
): UseInfiniteQueryResult<Pages<ConnectedAccountsPage>> {
  const { queries } = useConnectedAccountsContext()
  return useInfiniteQuery(queries.infiniteAccounts(filter))
}
