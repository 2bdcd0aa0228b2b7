import { type ConnectionDefinition, connectionName } from '../connections/define-connections.js'
import type {
  Abortable,
  ConnectedAccount,
  ConnectedAccountsPage,
  ListConnectedAccountsQuery,
} from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { isConnectedAccountsPage } from './guards.js'
import { iteratePages, MAX_TAKE } from './paginate.js'
import { type Result, unwrap, unwrapEmpty } from './unwrap.js'

/** Options of {@link listConnectedAccounts}. */
export interface ListConnectedAccountsOptions
  extends Omit<ListConnectedAccountsQuery, 'connection'>,
    Abortable {
  /**
   * Lists only accounts of this connection, or of up to 20 connections. Each is a name, or one of `defineConnections`. An
   * empty array lists none.
   */
  connection?: NamedConnection | readonly NamedConnection[] | undefined
}

type NamedConnection = string | ConnectionDefinition

/**
 * Lists one page of the user's connected accounts. Use {@link iterateConnectedAccounts} for all of them.
 *
 * @param options.take - How many accounts the page has at most: 1 to 20. The API's default is 10.
 * @param options.from - The `next` of the page before.
 * @throws {MyAccountApiError} if the server refuses, or its answer is not what the contract promises.
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient, listConnectedAccounts } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * // At most 10 accounts; `next` is the cursor of the next page.
 * const { accounts, next } = await listConnectedAccounts(client, { connection: 'github' })
 * ```
 */
export async function listConnectedAccounts(
  client: ConnectedAccountsClient,
  options: ListConnectedAccountsOptions = {},
): Promise<ConnectedAccountsPage> {
  if (isEmptyFilter(options)) return { accounts: [] }
  return unwrap(getAccounts(client, options), isConnectedAccountsPage, 200)
}

/**
 * Iterates over all connected accounts of the user. Asks for a page, of 20 accounts by default, when the loop needs it.
 *
 * @throws {MyAccountApiError} as {@link listConnectedAccounts} does, and `unexpected_response` if the server repeats a
 * cursor.
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient, iterateConnectedAccounts } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * // All accounts.
 * for await (const { id, connection } of iterateConnectedAccounts(client)) {
 *   console.log(id, connection)
 * }
 * ```
 */
export async function* iterateConnectedAccounts(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectedAccountsOptions, 'from'> = {},
): AsyncGenerator<ConnectedAccount, void, undefined> {
  if (isEmptyFilter(options)) return
  const getPage = (from: string | undefined) =>
    getAccounts(client, { take: MAX_TAKE, ...options, ...(from !== undefined && { from }) })
  for await (const { accounts } of iteratePages(getPage, isConnectedAccountsPage)) yield* accounts
}

/**
 * Deletes a connected account and its tokens in Token Vault. The grant at the provider stays: the person can revoke it
 * there.
 *
 * @throws {MyAccountApiError} `not_found`, if the user has no such account, or another code if the server refuses.
 * @throws {MyAccountApiError} `unexpected_response`, if the answer is not the 204 that the contract promises.
 * @throws {TypeError} if `id` is empty.
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient, deleteConnectedAccount } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({ domain: 'tenant.eu.auth0.com', accessToken: 'the-access-token' })
 * await deleteConnectedAccount(client, 'cac_1')
 * ```
 */
export async function deleteConnectedAccount(
  client: ConnectedAccountsClient,
  id: string,
  { signal }: Abortable = {},
): Promise<void> {
  // A segment of dots would lead to another path.
  if (typeof id !== 'string' || /^\.*$/.test(id)) {
    throw new TypeError(`id must be the id of an account, like 'cac_1'; got '${id}'.`)
  }
  await unwrapEmpty(
    client.DELETE('/connected-accounts/accounts/{id}', {
      params: { path: { id } },
      parseAs: 'text',
      signal: signal ?? null,
    }),
  )
}

/** Tells whether no account can match: the API would take a filter without connections for no filter. */
function isEmptyFilter({ connection }: ListConnectedAccountsOptions): boolean {
  return Array.isArray(connection) && connection.length === 0
}

function getAccounts(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectedAccountsOptions,
): Promise<Result> {
  const { connection } = query
  const names = connection === undefined ? [] : [connection].flat().map(connectionName)
  return client.GET('/connected-accounts/accounts', {
    params: { query: { ...query, connection: names } },
    parseAs: 'text',
    signal: signal ?? null,
  })
}
