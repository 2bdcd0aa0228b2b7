import type {
  CompletedConnect,
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectedAccountsClient,
  ConnectedAccountsPage,
  Connection,
} from '@connected-accounts/client'
import {
  connectedAccountsQueries,
  type DisconnectedAccount,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnection,
  useConnections,
  useDisconnectAccount,
  useInfiniteConnectedAccounts,
  useSuspenseConnectedAccounts,
} from '@connected-accounts/react'
import {
  type InfiniteData,
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  type UseSuspenseQueryResult,
  useSuspenseInfiniteQuery,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { expectTypeOf, test } from 'vitest'

declare const client: ConnectedAccountsClient
declare const queryClient: QueryClient
declare const user: string | undefined
const queries = connectedAccountsQueries({ client, user })

test('the list hooks return the results of TanStack Query', () => {
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

test('a popup has the account as its data, and a redirect nothing', () => {
  expectTypeOf(useConnectAccount().data).toEqualTypeOf<undefined>()
  expectTypeOf(useConnectAccount({ mode: 'redirect' }).data).toEqualTypeOf<undefined>()
  const { data, cancel } = useConnectAccount({ mode: 'popup', onBlocked: 'throw' })
  expectTypeOf(data?.account).toEqualTypeOf<CompletedConnectedAccount | undefined>()
  expectTypeOf(data?.appState).toBeUnknown()
  expectTypeOf(cancel).returns.toBeVoid()
  expectTypeOf(useConnectAccount({ mode: 'auto' }).data).toEqualTypeOf<
    CompletedConnect | undefined
  >()
  // @ts-expect-error no such mode
  useConnectAccount({ mode: 'window' })
})

test('only connect starts a flow: mutate could not open a popup in the click', () => {
  const connection = useConnectAccount({ mode: 'popup' })
  // @ts-expect-error not there
  connection.mutate
  // @ts-expect-error not there
  connection.mutateAsync
  if (connection.isError) expectTypeOf(connection.error).toEqualTypeOf<Error>()
})

test('disconnect takes the id of an account, and returns its result', () => {
  const { mutate, mutateAsync, undo, undoable } = useDisconnectAccount({ undoMs: 5000 })
  mutate('cac_1')
  // @ts-expect-error an id, not an account
  mutate({ id: 'cac_1' })
  expectTypeOf(mutateAsync('cac_1')).resolves.toEqualTypeOf<DisconnectedAccount>()
  expectTypeOf(undoable).toEqualTypeOf<string[]>()
  undo()
  undo('cac_1')
  // @ts-expect-error milliseconds are a number
  useDisconnectAccount({ undoMs: '5s' })
})

test('a list can be selected from', () => {
  const one = useConnectedAccounts({ select: (all) => all.find(({ id }) => id === 'cac_1') })
  expectTypeOf(one).toEqualTypeOf<UseQueryResult<ConnectedAccount | undefined>>()
  // @ts-expect-error accounts have no email
  useConnectedAccounts({ select: (all) => all.map(({ email }) => email) })
})

test('pages are those of TanStack Query', () => {
  expectTypeOf(useInfiniteConnectedAccounts({ connection: 'github' })).toEqualTypeOf<
    UseInfiniteQueryResult<InfiniteData<ConnectedAccountsPage, string | undefined>>
  >()
  // @ts-expect-error a filter has no connections
  useInfiniteConnectedAccounts({ connections: ['github'] })
  const { queryKey } = queries.infiniteAccounts()
  expectTypeOf(queryClient.getQueryData(queryKey)).toEqualTypeOf<
    InfiniteData<ConnectedAccountsPage> | undefined
  >()
})

test('useConnection takes a name and scopes', () => {
  const connection = useConnection('github', { scopes: ['repo'], accountId: 'cac_1' })
  expectTypeOf(connection.status).toEqualTypeOf<
    | 'connected'
    | 'expiring'
    | 'missing_scopes'
    | 'expired'
    | 'not_connected'
    | 'unavailable'
    | 'pending'
    | 'error'
  >()
  expectTypeOf(connection.missingScopes).toEqualTypeOf<string[]>()
  expectTypeOf(connection.reportGrantError).returns.toBeBoolean()
  expectTypeOf(connection.reconnectedAccount).toEqualTypeOf<CompletedConnectedAccount | undefined>()
  connection.repair({ returnTo: '/settings' })
  // @ts-expect-error the scopes follow from the granted and the required ones
  connection.repair({ scopes: ['repo'] })
  // @ts-expect-error scopes are a list
  useConnection('github', { scopes: 'repo' })
  // @ts-expect-error a connection is missing
  useConnection()
})

test('the status of a callback narrows its other fields', () => {
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

test('a list can suspend if somebody is logged in', () => {
  expectTypeOf(useSuspenseConnectedAccounts()).toEqualTypeOf<
    UseSuspenseQueryResult<ConnectedAccount[]>
  >()
  const { data } = useSuspenseConnectedAccounts({ select: (all) => all.length })
  expectTypeOf(data).toBeNumber()
  const known = connectedAccountsQueries({ client, user: 'auth0|alice' })
  expectTypeOf(useSuspenseQuery(known.accounts()).data).toEqualTypeOf<ConnectedAccount[]>()
  expectTypeOf(useSuspenseQuery(known.connections()).data).toEqualTypeOf<Connection[]>()
  const { pages } = useSuspenseInfiniteQuery(known.infiniteAccounts()).data
  expectTypeOf(pages).toEqualTypeOf<ConnectedAccountsPage[]>()
  // @ts-expect-error a user may be undefined here: skipToken would suspend for ever
  useSuspenseQuery(queries.accounts())
  // @ts-expect-error the same of pages
  useSuspenseInfiniteQuery(queries.infiniteAccounts())
})
