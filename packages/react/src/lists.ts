import {
  type ConnectedAccount,
  type Connection,
  iterateConnectedAccounts,
  iterateConnections,
} from '@connected-accounts/client'
import { queryOptions, skipToken } from '@tanstack/react-query'
import {
  type AccountsKey,
  accountsKey,
  type Identity,
  type IdentityKey,
  identityKey,
} from './keys.js'
import type { QueryOptions } from './options.js'
import { retry, retryDelay } from './retry.js'

/** Which accounts to list. */
export interface ConnectedAccountsFilter {
  /** Name of a connection, or up to 20 names; by default the accounts of every connection. */
  connection?: string | string[] | undefined
}

/** Options of a query for the user's accounts. */
export type ConnectedAccountsOptions = QueryOptions<
  ConnectedAccount[],
  [...AccountsKey, Required<ConnectedAccountsFilter>]
>

/** Options of the query for the connections that the user may connect an account of. */
export type ConnectionsOptions = QueryOptions<Connection[], [...IdentityKey, 'connections']>

const common = {
  retry,
  retryDelay,
  placeholderData: () => undefined, // a QueryClient's default could show the former user's list
}

/** Options of the query for every account of the user, on whatever page. */
export function accountsOptions(
  identity: Identity,
  filter: ConnectedAccountsFilter = {},
): ConnectedAccountsOptions {
  const { client, user } = identity
  const { connection } = filter
  return queryOptions({
    ...common,
    queryKey: [...accountsKey(identity), { connection }],
    queryFn:
      user === undefined
        ? skipToken
        : ({ signal }) =>
            all(iterateConnectedAccounts(client, { ...(connection && { connection }), signal })),
  })
}

/** Options of the query for every connection that the user may connect an account of, on whatever page. */
export function connectionsOptions(identity: Identity): ConnectionsOptions {
  const { client, user } = identity
  return queryOptions({
    ...common,
    queryKey: [...identityKey(identity), 'connections'],
    queryFn:
      user === undefined ? skipToken : ({ signal }) => all(iterateConnections(client, { signal })),
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = []
  for await (const item of items) array.push(item)
  return array
}
