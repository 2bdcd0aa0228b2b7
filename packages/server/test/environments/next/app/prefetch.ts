import { createConnectedAccountsClient } from '@connected-accounts/client'
import { connectedAccountsQueries } from '@connected-accounts/react'
import { type DehydratedState, dehydrate, QueryClient } from '@tanstack/react-query'
import { handler } from './server'

/** Loads the lists of a user with the cookies of the request. If one fails, the browser asks for it again. */
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
  await Promise.allSettled([
    queryClient.query({ ...accounts(), retry: false }),
    queryClient.query({ ...connections(), retry: false }),
  ])
  return dehydrate(queryClient)
}
