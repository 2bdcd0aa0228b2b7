'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import {
  type UseSuspenseQueryResult,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { selectAccounts } from '../queries/accounts.js'
import { connectedAccountsQueries } from '../queries/connected-accounts-queries.js'
import { loggedIn } from '../queries/keys.js'
import type { UseConnectedAccountsOptions } from './useConnectedAccounts.js'

/**
 * Lists every connected account of the user, from all pages. Suspends until the list is loaded. If the server refuses, it
 * throws the error to the error boundary. Render it for logged-in users only.
 *
 * On a server it returns what you prefetched. Without a prefetched list it throws there, so that React renders the
 * fallback of `Suspense` and the browser loads the list: a server rendering a page must not need the user's access token.
 *
 * @throws {Error} while nobody is logged in, and on a server that has not prefetched the list.
 * @example
 * ```tsx
 * function AccountCount() {
 *   const { data: accounts } = useSuspenseConnectedAccounts()
 *   return <span>{accounts.length} accounts</span>
 * }
 *
 * <Suspense fallback="Loading…"><AccountCount /></Suspense>
 * ```
 */
export function useSuspenseConnectedAccounts<Selected = ConnectedAccount[]>({
  select,
  ...filter
}: UseConnectedAccountsOptions<Selected> = {}): UseSuspenseQueryResult<Selected> {
  const context = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const { client } = context
  const queries = connectedAccountsQueries({ client, user: loggedIn(context), queryClient })
  const accounts = queries.accounts()
  const isServer = typeof window === 'undefined'
  if (isServer && queryClient.getQueryData(accounts.queryKey) === undefined) {
    throw new Error(
      'The accounts were not prefetched. Prefetch connectedAccountsQueries().accounts(), or let the browser load them.',
    )
  }
  return useSuspenseQuery({ ...accounts, select: selectAccounts(filter, select) })
}
