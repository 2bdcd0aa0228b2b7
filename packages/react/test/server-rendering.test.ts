import { createConnectedAccountsClient } from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  connectedAccountsQueries,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnection,
  useDisconnectAccount,
  useInfiniteConnectedAccounts,
  useSuspenseConnectedAccounts,
} from '@connected-accounts/react'
import { dehydrate, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement, Suspense } from 'react'
import { renderToReadableStream, renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'

const account = {
  id: 'cac_1',
  connection: 'github',
  access_type: 'offline',
  scopes: [],
  created_at: '2026-11-22T00:00:00.000Z',
}

const client = createConnectedAccountsClient({
  domain: 'tenant.example',
  accessToken: 'a-token',
  fetch: async () => Response.json({ accounts: [account] }),
})

function Page() {
  const { data = [] } = useConnectedAccounts()
  const { status } = useConnectCallback()
  const { isPending } = useConnectAccount()
  const { undoable } = useDisconnectAccount({ undoMs: 5000 })
  const connection = useConnection('github').status
  const pages = useInfiniteConnectedAccounts().status
  const all = `${useSuspenseConnectedAccounts().data.length} ${connection} ${pages} ${undoable}`
  return createElement('p', null, `${data.map(({ id }) => id)} ${status} ${isPending} ${all}`)
}

test('a server fetches with the factories and renders with the hooks', async () => {
  const queryClient = new QueryClient()
  const identity = { client, user: 'auth0|alice' }
  await queryClient.query(connectedAccountsQueries(identity).accounts())
  const page = createElement(ConnectedAccountsProvider, identity, createElement(Page))
  const html = renderToString(createElement(QueryClientProvider, { client: queryClient }, page))
  expect(html).toBe('<p>cac_1 idle false 1 connected pending </p>')
  expect(dehydrate(queryClient).queries.map(({ queryKey }) => queryKey)).toEqual([
    [
      'connected-accounts',
      { baseUrl: 'https://tenant.example/me/v1', user: 'auth0|alice' },
      'accounts',
      'all',
    ],
  ])
})

function Count() {
  return createElement('b', null, useSuspenseConnectedAccounts().data.length)
}

test('a server that has not prefetched the list renders the fallback, and asks for no access token', async () => {
  let asked = 0
  const ownClient = createConnectedAccountsClient({
    domain: 'tenant.example',
    accessToken: () => {
      asked += 1
      return 'a-token'
    },
    fetch: async () => Response.json({ accounts: [account] }),
  })
  const fallback = createElement('i', null, 'Loading')
  const page = createElement(Suspense, { fallback }, createElement(Count))
  const identity = { client: ownClient, user: 'auth0|alice' }
  const provider = createElement(ConnectedAccountsProvider, identity, page)
  const queryClient = new QueryClient()
  const errors: unknown[] = []
  const stream = await renderToReadableStream(
    createElement(QueryClientProvider, { client: queryClient }, provider),
    { onError: (error) => void errors.push(error) },
  )
  expect(await new Response(stream).text()).toContain('<i>Loading</i>')
  expect(errors).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('The accounts were not prefetched'),
    }),
  ])
  expect(asked).toBe(0)
})
