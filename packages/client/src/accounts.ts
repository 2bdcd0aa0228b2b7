import { unwrap, unwrapEmpty } from './answer.js'
import type { ConnectedAccountsClient } from './client.js'
import { isConnectedAccountsPage, isConnectionsPage } from './shape.js'
import type {
  Abortable,
  ConnectedAccount,
  ConnectedAccountsPage,
  Connection,
  ConnectionsPage,
  ListConnectedAccountsQuery,
  ListConnectionsQuery,
} from './types.js'

/** One page of the user's connected accounts. Throws `MyAccountApiError`. */
export function listConnectedAccounts(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectedAccountsQuery & Abortable = {},
): Promise<ConnectedAccountsPage> {
  const call = client.GET('/connected-accounts/accounts', {
    params: { query },
    parseAs: 'text',
    signal: signal ?? null,
  })
  return unwrap(call, isConnectedAccountsPage)
}

/** Every connected account of the user, fetched page by page, 20 at a time, as they are asked for. */
export async function* iterateConnectedAccounts(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectedAccountsQuery, 'from'> & Abortable = {},
): AsyncGenerator<ConnectedAccount, void, undefined> {
  const pages = iteratePages((from) =>
    listConnectedAccounts(client, { take: MAX_TAKE, ...options, ...from }),
  )
  for await (const { accounts } of pages) yield* accounts
}

/** One page of the connections that the user may connect accounts of. Throws `MyAccountApiError`. */
export function listConnections(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectionsQuery & Abortable = {},
): Promise<ConnectionsPage> {
  const call = client.GET('/connected-accounts/connections', {
    params: { query },
    parseAs: 'text',
    signal: signal ?? null,
  })
  return unwrap(call, isConnectionsPage)
}

/** Every connection that the user may connect accounts of, fetched page by page, 20 at a time, as they are asked for. */
export async function* iterateConnections(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectionsQuery, 'from'> & Abortable = {},
): AsyncGenerator<Connection, void, undefined> {
  const pages = iteratePages((from) =>
    listConnections(client, { take: MAX_TAKE, ...options, ...from }),
  )
  for await (const { connections } of pages) yield* connections
}

/**
 * Deletes a connected account and its tokens in Token Vault. The provider's grant stays: revoke it at the provider.
 * Throws `MyAccountApiError`, with code `not_found` where the user has no such account.
 */
export async function deleteConnectedAccount(
  client: ConnectedAccountsClient,
  id: string,
  { signal }: Abortable = {},
): Promise<void> {
  if (typeof id !== 'string' || id === '') throw new TypeError('id must be the id of an account.')
  await unwrapEmpty(
    client.DELETE('/connected-accounts/accounts/{id}', {
      params: { path: { id } },
      parseAs: 'text',
      signal: signal ?? null,
    }),
  )
}

const MAX_TAKE = 20

/** Pages until one has no `next`; throws where a server gives a `next` a second time, as that would never end. */
async function* iteratePages<Page extends { next?: string }>(
  list: (query: { from?: string }) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string>()
  let from: string | undefined
  do {
    const page = await list(from === undefined ? {} : { from })
    yield page
    from = page.next
    if (from !== undefined && seen.has(from)) {
      throw new Error('The server gave the same `next` twice, so its pages would never end.')
    }
    if (from !== undefined) seen.add(from)
  } while (from !== undefined)
}
