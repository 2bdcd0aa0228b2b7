import type {
  Abortable,
  Connection,
  ConnectionsPage,
  ListConnectionsQuery,
} from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { isConnectionsPage } from './guards.js'
import { iteratePages, MAX_TAKE } from './paginate.js'
import { type Result, unwrap } from './unwrap.js'

/**
 * Lists one page of the connections that the user can connect accounts of. Use {@link iterateConnections} for all of them.
 *
 * @param options.take - How many connections the page has at most: 1 to 20. The API's default is 10.
 * @param options.from - The `next` of the page before.
 * @throws {MyAccountApiError} if the server refuses, or its answer is not what the contract promises.
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient, listConnections } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * const { connections } = await listConnections(client)
 * ```
 */
export function listConnections(
  client: ConnectedAccountsClient,
  options: ListConnectionsQuery & Abortable = {},
): Promise<ConnectionsPage> {
  return unwrap(getConnections(client, options), isConnectionsPage, 200)
}

/**
 * Iterates over all connections that the user can connect accounts of. Asks for a page, of 20 connections by default, when
 * the loop needs it.
 *
 * @throws {MyAccountApiError} as {@link listConnections} does, and `unexpected_response` if the server repeats a cursor.
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient, iterateConnections } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * for await (const { name, strategy } of iterateConnections(client)) {
 *   console.log(name, strategy)
 * }
 * ```
 */
export async function* iterateConnections(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectionsQuery, 'from'> & Abortable = {},
): AsyncGenerator<Connection, void, undefined> {
  const getPage = (from: string | undefined) =>
    getConnections(client, { take: MAX_TAKE, ...options, ...(from !== undefined && { from }) })
  for await (const { connections } of iteratePages(getPage, isConnectionsPage)) yield* connections
}

function getConnections(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectionsQuery & Abortable,
): Promise<Result> {
  return client.GET('/connected-accounts/connections', {
    params: { query },
    parseAs: 'text',
    signal: signal ?? null,
  })
}
