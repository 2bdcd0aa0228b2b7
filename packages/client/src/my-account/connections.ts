import type {
  Abortable,
  Connection,
  ConnectionsPage,
  ListConnectionsQuery,
} from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { isConnectionsPage } from './guards.js'
import { type Guard, iteratePages, MAX_TAKE } from './paginate.js'
import { unwrap } from './unwrap.js'
/** One page of the connections that the user may connect accounts of. Throws `MyAccountApiError`. */
export function listConnections(
  client: ConnectedAccountsClient,
  options: ListConnectionsQuery & Abortable = {},
): Promise<ConnectionsPage> {
  return connectionsPage(client, options, isConnectionsPage)
}

function connectionsPage(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectionsQuery & Abortable,
  isPage: Guard<ConnectionsPage>,
): Promise<ConnectionsPage> {
  const call = client.GET('/connected-accounts/connections', {
    params: { query },
    parseAs: 'text',
    signal: signal ?? null,
  })
  return unwrap(call, isPage)
}

/** Every connection that the user may connect accounts of, fetched page by page, 20 at a time, as they are asked for. */
export async function* iterateConnections(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectionsQuery, 'from'> & Abortable = {},
): AsyncGenerator<Connection, void, undefined> {
  const pages = iteratePages(isConnectionsPage, (from, isPage) =>
    connectionsPage(client, { take: MAX_TAKE, ...options, ...from }, isPage),
  )
  for await (const { connections } of pages) yield* connections
}
