'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from './context.js'
import type { ConnectedAccountsFilter } from './lists.js'

/**
 * Every connected account of the user, of all pages. Asks nothing while nobody is logged in, and stays pending.
 * The error is a `MyAccountApiError` where the server refused.
 */
export function useConnectedAccounts(
  filter?: ConnectedAccountsFilter,
): UseQueryResult<ConnectedAccount[]> {
  const { queries } = useConnectedAccountsContext()
  return useQuery(queries.accounts(filter))
}
