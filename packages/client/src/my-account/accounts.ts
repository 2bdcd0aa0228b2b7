import { type ConnectionDefinition, connectionName } from '../connections/define-connections.js'
import type {
  Abortable,
  ConnectedAccount,
  ConnectedAccountsPage,
  ListConnectedAccountsQuery,
} from '../contract/types.js'
import type { ConnectedAccountsClient } from './client.js'
import { isConnectedAccountsPage } from './guards.js'
import { type Guard, iteratePages, MAX_TAKE } from './paginate.js'
import { unwrap, unwrapEmpty } from './unwrap.js'

/** Options of {@link listConnectedAccounts}. */
export interface ListConnectedAccountsOptions
  extends Omit<ListConnectedAccountsQuery, 'connection'>,
    Abortable {
  /** Only accounts of this connection, or of up to 20 of them, each by its name or as `defineConnections` has it. */
  connection?: NamedConnection | readonly NamedConnection[] | undefined
}

type NamedConnection = string | ConnectionDefinition

/** One page of the user's connected accounts. Throws `MyAccountApiError`. */
export function listConnectedAccounts(
  client: ConnectedAccountsClient,
  options: ListConnectedAccountsOptions = {},
): Promise<ConnectedAccountsPage> {
  return accountsPage(client, options, isConnectedAccountsPage)
}

async function accountsPage(
  client: ConnectedAccountsClient,
  { signal, ...query }: ListConnectedAccountsOptions,
  isPage: Guard<ConnectedAccountsPage>,
): Promise<ConnectedAccountsPage> {
  const connection = [query.connection ?? []].flat().map(connectionName)
  // A filter of none, which the API would take for no filter.
  if (query.connection && !connection.length) return { accounts: [] }
  const call = client.GET('/connected-accounts/accounts', {
    params: { query: { ...query, connection } },
    parseAs: 'text',
    signal: signal ?? null,
  })
  return unwrap(call, isPage)
}

/** Every connected account of the user, fetched page by page, 20 at a time, as they are asked for. */
export async function* iterateConnectedAccounts(
  client: ConnectedAccountsClient,
  options: Omit<ListConnectedAccountsOptions, 'from'> = {},
): AsyncGenerator<ConnectedAccount, void, undefined> {
  const pages = iteratePages(isConnectedAccountsPage, (from, isPage) =>
    accountsPage(client, { take: MAX_TAKE, ...options, ...from }, isPage),
  )
  for await (const { accounts } of pages) yield* accounts
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
  // A segment of dots would lead to another path.
  if (typeof id !== 'string' || /^\.*$/.test(id)) {
    throw new TypeError('id must be the id of an account.')
  }
  await unwrapEmpty(
    client.DELETE('/connected-accounts/accounts/{id}', {
      params: { path: { id } },
      parseAs: 'text',
      signal: signal ?? null,
    }),
  )
}
