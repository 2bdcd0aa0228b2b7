import type {
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectedAccountsClient,
  Connection,
} from '@connected-accounts/client'
import {
  connectedAccountsQueries,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnections,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { type QueryClient, type UseQueryResult, useSuspenseQuery } from '@tanstack/react-query'
import { expectTypeOf, test } from 'vitest'

declare const client: ConnectedAccountsClient
declare const queryClient: QueryClient
const queries = connectedAccountsQueries({ client, user: undefined })

test('the list hooks give the results of TanStack Query', () => {
  expectTypeOf(useConnectedAccounts()).toEqualTypeOf<UseQueryResult<ConnectedAccount[]>>()
  expectTypeOf(useConnections()).toEqualTypeOf<UseQueryResult<Connection[]>>()
  const list = useConnectedAccounts({ connection: ['github', 'acme'] })
  if (list.isSuccess) expectTypeOf(list.data).toEqualTypeOf<ConnectedAccount[]>()
  // @ts-expect-error a filter has no connections
  useConnectedAccounts({ connections: ['github'] })
})

test('the keys carry the type of what is cached', () => {
  const { queryKey } = queries.accounts()
  expectTypeOf(queryClient.getQueryData(queryKey)).toEqualTypeOf<ConnectedAccount[] | undefined>()
  expectTypeOf(queryClient.query(queries.connections())).resolves.toEqualTypeOf<Connection[]>()
})

test('connect takes what startConnect takes, without what the provider knows', () => {
  const { connect } = useConnectAccount()
  expectTypeOf(connect).returns.toBeVoid()
  connect({ connection: 'github', scopes: ['repo'], returnTo: undefined })
  // @ts-expect-error a connection is missing
  connect({})
  // @ts-expect-error the provider knows the redirectUri
  connect({ connection: 'github', redirectUri: 'https://app.example' })
})

test('disconnect takes the id of an account', () => {
  const { mutate } = useDisconnectAccount()
  mutate('cac_1')
  // @ts-expect-error an id, not an account
  mutate({ id: 'cac_1' })
})

test('a callback is told by its status', () => {
  const callback = useConnectCallback()
  expectTypeOf(callback.account).toEqualTypeOf<CompletedConnectedAccount | undefined>()
  expectTypeOf(callback.error).toEqualTypeOf<Error | null>()
  if (callback.status === 'success') {
    expectTypeOf(callback.account).toEqualTypeOf<CompletedConnectedAccount>()
  }
  if (callback.status === 'error') expectTypeOf(callback.error).toEqualTypeOf<Error>()
  if (callback.status === 'idle' || callback.status === 'pending') return
  expectTypeOf(callback.status).toEqualTypeOf<'success' | 'error'>()
})

test('lists can be suspended on', () => {
  // @ts-expect-error not while nobody is logged in: skipToken would suspend for ever
  useSuspenseQuery(queries.accounts())
})
