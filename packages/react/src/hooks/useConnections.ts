'use client'

import type { Connection } from '@connected-accounts/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'

/**
 * Lists every connection that the user may connect an account of, from all pages. While nobody is logged in, it sends
 * nothing and stays pending.
 *
 * @returns TanStack Query's result. Its `error` is a `MyAccountApiError` if the server refused.
 * @example
 * ```tsx
 * const { data: connections = [] } = useConnections()
 * ```
 */
export function useConnections(): UseQueryResult<Connection[]> {
  const { queries } = useConnectedAccountsContext()
  return useQuery(queries.connections())
}
