'use client'

import type { Connection } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'

/**
 * Every connection that the user may connect an account of, of all pages. Asks nothing while nobody is logged in, and
 * stays pending. The error is a `MyAccountApiError` where the server refused.
 */
export function useConnections(): UseQueryResult<Connection[]> {
  const { queries } = useConnectedAccountsContext()
  return useQuery(queries.connections())
}
