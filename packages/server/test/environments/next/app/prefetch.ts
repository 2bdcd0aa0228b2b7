import { createConnectedAccountsClient } from '@connected-accounts/client'
import { connectedAccountsQueries } from '@connected-accounts/react'
import { type DehydratedState, dehydrate, QueryClient } from '@tanstack/react-query'
import { handler } from './server'

/** Loads the lists of a user as the browser would, with the cookies of the request. */
export async function prefetchLists(
  headers: Headers,
  { baseUrl, user }: { baseUrl: string; user: string },
): Promise<DehydratedState> {
  const client = createConnectedAccountsClient({
    baseUrl,
    fetch(request) {
      for (const name of ['cookie', 'host']) request.headers.set(name, headers.get(name) ?? '')
      return handler(request)
    },
  })
  const queryClient = new QueryClient()
  const { accounts, connections } = connectedAccountsQueries({ client, user })
  await Promise.all([
    queryClient.query({ ...accounts(), retry: false }),
    queryClient.query({ ...connections(), retry: false }),
  ])
  return dehydrate(queryClient)
}
