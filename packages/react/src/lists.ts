import {
  type ConnectedAccount,
  type ConnectedAccountsPage,
  type Connection,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  type RegisteredConnection,
} from '@connected-accounts/client'
import { infiniteQueryOptions, queryOptions, skipToken } from '@tanstack/react-query'
import { withoutHidden } from './hidden.js'
import {
  type AccountsKey,
  accountsKey,
  type Identity,
  type IdentityKey,
  identityKey,
} from './keys.js'
import type { InfiniteQueryOptions, PageParam, QueryOptions } from './options.js'
import { retry, retryDelay } from './retry.js'

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

const common = {
  retry,
  retryDelay,
  placeholderData: () => undefined, // a QueryClient's default could show the former user's list
}

/** Options of the query for every account of the user, on whatever page. */
export function accountsOptions(
  identity: Identity,
  { connection }: ConnectedAccountsFilter = {},
): QueryOptions<ConnectedAccount[], ListKey> {
  const { client, user } = identity
  const filter = connection && { connection }
  return queryOptions({
    ...common,
    queryKey: [...accountsKey(identity), { connection }],
    queryFn:
      user === undefined
        ? skipToken
        : async (context) => {
            const signal = await signalOf(context)
            return withoutHidden(await all(iterateConnectedAccounts(client, { ...filter, signal })))
          },
  })
}

/** Options of the infinite query for the accounts of the user, up to 20 on each page. */
export function infiniteAccountsOptions(
  identity: Identity,
  { connection }: ConnectedAccountsFilter = {},
): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey> {
  const { client, user } = identity
  const filter = connection && { connection }
  return infiniteQueryOptions({
    ...common,
    queryKey: [...accountsKey(identity), { connection }, 'pages'],
    queryFn:
      user === undefined
        ? skipToken
        : async (context) => {
            const { pageParam: from } = context
            const signal = await signalOf(context)
            const query = { take: 20, ...filter, ...(from !== undefined && { from }), signal }
            const page = await listConnectedAccounts(client, query)
            return { ...page, accounts: withoutHidden(page.accounts) }
          },
    initialPageParam: undefined as PageParam, // TypeScript would infer `undefined` alone
    getNextPageParam: ({ next }) => next,
  })
}

/** Options of the query for every connection that the user may connect an account of, on whatever page. */
export function connectionsOptions(identity: Identity): QueryOptions<Connection[], ConnectionsKey> {
  const { client, user } = identity
  return queryOptions({
    ...common,
    queryKey: [...identityKey(identity), 'connections'],
    queryFn:
      user === undefined
        ? skipToken
        : async (context) => all(iterateConnections(client, { signal: await signalOf(context) })),
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = []
  for await (const item of items) array.push(item)
  return array
}

/**
 * The signal of a query, taken a moment later: TanStack Query cancels what has taken it when the last component is gone,
 * which under StrictMode is each component's first moment.
 */
async function signalOf(context: { signal: AbortSignal }): Promise<AbortSignal> {
  await undefined
  return context.signal
}
