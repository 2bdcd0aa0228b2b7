import {
  type ConnectedAccount,
  type ConnectedAccountsPage,
  type Connection,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  type RegisteredConnection,
} from '@connected-accounts/client'
import {
  infiniteQueryOptions,
  type QueryFunctionContext,
  queryOptions,
  type SkipToken,
} from '@tanstack/react-query'
import { type AccountsKey, accountsKey, type IdentityKey, identityKey } from './keys.js'
import {
  type InfiniteQueryOptions,
  listOptions,
  type PageParam,
  type QueriesIdentity,
  type QueryOptions,
  whileLoggedIn,
} from './options.js'

type ConnectionName = RegisteredConnection['connection']

/** Says which accounts to list. */
export interface ConnectedAccountsFilter {
  /** Name of a connection, or up to 20 names. Default: the accounts of every connection. */
  connection?: ConnectionName | ConnectionName[] | undefined
}

/** Key of a list of accounts. */
export type ListKey = [...AccountsKey, Required<ConnectedAccountsFilter>]

/** Key of a list of accounts in pages. */
export type PagesKey = [...ListKey, 'pages']

/** Key of the list of connections. */
export type ConnectionsKey = [...IdentityKey, 'connections']

/** Options of the queries that list. `Skip` is `SkipToken` if it is possible that nobody is logged in. */
export interface ListQueries<Skip = never> {
  /** Lists every connected account of the user, from all pages. */
  accounts(filter?: ConnectedAccountsFilter): QueryOptions<ConnectedAccount[], ListKey, Skip>
  /** Lists the connected accounts of the user page by page, up to 20 on each page. */
  infiniteAccounts(
    filter?: ConnectedAccountsFilter,
  ): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey, Skip>
  /** Lists every connection that the user may connect an account of, from all pages. */
  connections(): QueryOptions<Connection[], ConnectionsKey, Skip>
}

/** Returns the {@link ListQueries} of a user. */
export function listQueries(identity: QueriesIdentity): ListQueries<SkipToken> {
  return {
    accounts: (filter = {}) => accountsOptions(identity, filter),
    infiniteAccounts: (filter = {}) => infiniteAccountsOptions(identity, filter),
    connections: () => connectionsOptions(identity),
  }
}

function accountsOptions(
  identity: QueriesIdentity,
  { connection }: ConnectedAccountsFilter,
): QueryOptions<ConnectedAccount[], ListKey> {
  const { client } = identity
  const queryKey: ListKey = [...accountsKey(identity), { connection }]
  return queryOptions({
    ...listOptions(identity, queryKey),
    queryKey,
    queryFn: whileLoggedIn(identity, ({ signal }: QueryFunctionContext<ListKey>) =>
      toArray(iterateConnectedAccounts(client, { connection, signal })),
    ),
  })
}

function infiniteAccountsOptions(
  identity: QueriesIdentity,
  { connection }: ConnectedAccountsFilter,
): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey> {
  const { client } = identity
  const queryKey: PagesKey = [...accountsKey(identity), { connection }, 'pages']
  return infiniteQueryOptions({
    ...listOptions(identity, queryKey),
    queryKey,
    queryFn: whileLoggedIn(
      identity,
      ({ pageParam: from, signal }: QueryFunctionContext<PagesKey, PageParam>) =>
        listConnectedAccounts(client, {
          take: PAGE_SIZE,
          connection,
          ...(from !== undefined && { from }),
          signal,
        }),
    ),
    initialPageParam: undefined as PageParam, // TypeScript would infer `undefined` alone
    getNextPageParam: ({ next }) => next,
  })
}

const PAGE_SIZE = 20

function connectionsOptions(identity: QueriesIdentity): QueryOptions<Connection[], ConnectionsKey> {
  const { client } = identity
  const queryKey: ConnectionsKey = [...identityKey(identity), 'connections']
  return queryOptions({
    ...listOptions(identity, queryKey),
    queryKey,
    queryFn: whileLoggedIn(identity, ({ signal }: QueryFunctionContext<ConnectionsKey>) =>
      toArray(iterateConnections(client, { signal })),
    ),
  })
}

async function toArray<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const array: Item[] = []
  for await (const item of items) array.push(item)
  return array
}
