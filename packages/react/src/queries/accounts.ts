import {
  type ConnectedAccount,
  type ConnectedAccountsPage,
  type Connection,
  type ConnectionReference,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
} from '@connected-accounts/client'
import { connectionName } from '@connected-accounts/client/internal'
import {
  infiniteQueryOptions,
  type QueryFunctionContext,
  queryOptions,
  type SkipToken,
} from '@tanstack/react-query'
import {
  type AccountsKey,
  accountsKey,
  type IdentityKey,
  identityKey,
  type ListKey,
  listKey,
} from './keys.js'
import {
  type InfiniteQueryOptions,
  listOptions,
  type PageParam,
  type QueriesIdentity,
  type QueryOptions,
  whileLoggedIn,
} from './options.js'

/** Says which accounts to list. */
export interface ConnectedAccountsFilter {
  /** A connection, or up to 20. Default: the accounts of every connection. */
  connection?: ConnectionReference | ConnectionReference[] | undefined
}

/** Selects what a component needs from the list. */
export type Select<Selected> = (accounts: ConnectedAccount[]) => Selected

/** Key of a list of accounts in pages, with the names of its connections. */
export type PagesKey = [...AccountsKey, 'pages', string[] | undefined]

/** Key of the list of connections. */
export type ConnectionsKey = [...IdentityKey, 'connections']

/** Options of the queries that list. `Skip` is `SkipToken` if it is possible that nobody is logged in. */
export interface ListQueries<Skip = never> {
  /** Lists every connected account of the user, from all pages. */
  accounts: () => QueryOptions<ConnectedAccount[], ListKey, Skip>
  /** Lists the connected accounts of the user page by page, up to 20 on each page. */
  infiniteAccounts: (
    filter?: ConnectedAccountsFilter,
  ) => InfiniteQueryOptions<ConnectedAccountsPage, PagesKey, Skip>
  /** Lists every connection that the user may connect an account of, from all pages. */
  connections: () => QueryOptions<Connection[], ConnectionsKey, Skip>
}

/** Returns the {@link ListQueries} of a user. */
export function listQueries(identity: QueriesIdentity): ListQueries<SkipToken> {
  return {
    accounts: () => accountsOptions(identity),
    infiniteAccounts: (filter = {}) => infiniteAccountsOptions(identity, filter),
    connections: () => connectionsOptions(identity),
  }
}

/**
 * Selects the accounts of a filter, and what a component needs of them. So one request serves the components of every
 * connection.
 */
export function selectAccounts<Selected = ConnectedAccount[]>(
  filter: ConnectedAccountsFilter,
  select: Select<Selected> | undefined,
): Select<Selected> {
  const names = namesOf(filter)
  return (accounts) => {
    const listed = names
      ? accounts.filter(({ connection }) => names.includes(connection))
      : accounts
    return select ? select(listed) : (listed as Selected) // by the default of `Selected`
  }
}

function namesOf({ connection }: ConnectedAccountsFilter): string[] | undefined {
  return connection === undefined ? undefined : [connection].flat().map(connectionName)
}

function accountsOptions(identity: QueriesIdentity): QueryOptions<ConnectedAccount[], ListKey> {
  const { client } = identity
  const queryKey = listKey(identity)
  return queryOptions({
    ...listOptions(identity, queryKey),
    queryKey,
    queryFn: whileLoggedIn(identity, ({ signal }: QueryFunctionContext<ListKey>) =>
      toArray(iterateConnectedAccounts(client, { signal })),
    ),
  })
}

function infiniteAccountsOptions(
  identity: QueriesIdentity,
  filter: ConnectedAccountsFilter,
): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey> {
  const { client } = identity
  const connection = namesOf(filter)
  const queryKey: PagesKey = [...accountsKey(identity), 'pages', connection]
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
