import {
  type ConnectedAccount,
  type ConnectedAccountsPage,
  type Connection,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  type RegisteredConnection,
} from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  infiniteQueryOptions,
  type QueryFunctionContext,
  queryOptions,
  type SkipToken,
} from '@tanstack/react-query'
import { type AccountsKey, accountsKey, type IdentityKey, identityKey } from './keys.js'
import { withoutHidden } from './optimistic-removal.js'
import {
  everyQuery,
  type InfiniteQueryOptions,
  type PageParam,
  type QueryOptions,
  whileLoggedIn,
} from './options.js'

type ConnectionName = RegisteredConnection['connection']

/** Which accounts to list. */
export interface ConnectedAccountsFilter {
  /** Name of a connection, or up to 20 names; by default the accounts of every connection. */
  connection?: ConnectionName | ConnectionName[] | undefined
}

/** Key of a list of accounts. */
export type ListKey = [...AccountsKey, Required<ConnectedAccountsFilter>]

/** Key of a list of accounts in pages. */
export type PagesKey = [...ListKey, 'pages']

/** Key of the list of connections. */
export type ConnectionsKey = [...IdentityKey, 'connections']

/** Options of the queries that list. `Skip` is `SkipToken` where nobody may be logged in. */
export interface ListQueries<Skip = never> {
  /** Every connected account of the user, of all pages. */
  accounts(filter?: ConnectedAccountsFilter): QueryOptions<ConnectedAccount[], ListKey, Skip>
  /** The connected accounts of the user page by page, up to 20 on each. */
  infiniteAccounts(
    filter?: ConnectedAccountsFilter,
  ): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey, Skip>
  /** Every connection that the user may connect an account of, of all pages. */
  connections(): QueryOptions<Connection[], ConnectionsKey, Skip>
}

/** Makes the {@link ListQueries} of a user. */
export function listQueries(identity: AccountsIdentity): ListQueries<SkipToken> {
  const { client } = identity
  return {
    accounts: ({ connection } = {}) =>
      queryOptions({
        ...everyQuery,
        queryKey: [...accountsKey(identity), { connection }],
        queryFn: whileLoggedIn(identity, async ({ signal }: QueryFunctionContext<ListKey>) =>
          withoutHidden(await all(iterateConnectedAccounts(client, { connection, signal }))),
        ),
      }),
    infiniteAccounts: ({ connection } = {}) =>
      infiniteQueryOptions({
        ...everyQuery,
        queryKey: [...accountsKey(identity), { connection }, 'pages'],
        queryFn: whileLoggedIn(
          identity,
          async (context: QueryFunctionContext<PagesKey, PageParam>) => {
            const { pageParam: from, signal } = context
            const query = { take: 20, connection, ...(from !== undefined && { from }), signal }
            const page = await listConnectedAccounts(client, query)
            return { ...page, accounts: withoutHidden(page.accounts) }
          },
        ),
        initialPageParam: undefined as PageParam, // TypeScript would infer `undefined` alone
        getNextPageParam: ({ next }) => next,
      }),
    connections: () =>
      queryOptions({
        ...everyQuery,
        queryKey: [...identityKey(identity), 'connections'],
        queryFn: whileLoggedIn(identity, ({ signal }: QueryFunctionContext<ConnectionsKey>) =>
          all(iterateConnections(client, { signal })),
        ),
      }),
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = []
  for await (const item of items) array.push(item)
  return array
}
