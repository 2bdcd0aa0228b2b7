import { iterateConnectedAccounts, iterateConnections } from '@connected-accounts/client'
import { queryOptions, skipToken } from '@tanstack/react-query'
import { accountsKey, type Identity, identityKey } from './keys.js'
import { retry, retryDelay } from './retry.js'

/** Which accounts to list. */
export interface ConnectedAccountsFilter {
  /** Name of a connection, or up to 20 names; by default the accounts of every connection. */
  connection?: string | string[] | undefined
}

const common = {
  retry,
  retryDelay,
  placeholderData: () => undefined, // a QueryClient's default could show the former user's list
}

/** Options of the query for every account of the user, on whatever page. */
export function accountsOptions(identity: Identity, filter: ConnectedAccountsFilter = {}) {
  const { client, user } = identity
  const { connection } = filter
  return queryOptions({
    ...common,
    queryKey: [...accountsKey(identity), { connection }] as const, // a tuple
    queryFn:
      user === undefined
        ? skipToken
        : ({ signal }) =>
            all(iterateConnectedAccounts(client, { ...(connection && { connection }), signal })),
  })
}

/** Options of the query for every connection that the user may connect an account of, on whatever page. */
export function connectionsOptions(identity: Identity) {
  const { client, user } = identity
  return queryOptions({
    ...common,
    queryKey: [...identityKey(identity), 'connections'] as const, // a tuple
    queryFn:
      user === undefined ? skipToken : ({ signal }) => all(iterateConnections(client, { signal })),
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = []
  for await (const item of items) array.push(item)
  return array
}
