import type { AccountEvent, AccountUpdate } from '@connected-accounts/client'
import { type AccountsIdentity, subscribeToAccountEvents } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import {
  ANY_ACCOUNT,
  cachedAccounts,
  forgetReports,
  grantReportsOptions,
  noteGrantError,
} from './queries/grant-reports.js'
import { identityKey, refreshAccounts } from './queries/keys.js'

/** Keeps what the hooks of a user show up to date, until the function that it returns is called. See {@link accountEvents}. */
export type AccountEventSource = (
  queryClient: QueryClient,
  identity: AccountsIdentity & { user: string },
) => () => void

/**
 * Returns what `ConnectedAccountsProvider` takes as `events`: the hooks then show a dead grant before a call of the page fails, and
 * the lists follow what other devices and programs do. Create it once, outside of the component.
 *
 * @param url - The `events` route of `@connected-accounts/server`, of the page's own origin.
 * @example
 * ```tsx
 * import { accountEvents } from '@connected-accounts/react/events'
 *
 * const events = accountEvents('/auth/events')
 *
 * <ConnectedAccountsProvider client={client} user={user?.sub} events={events}>
 *   <App />
 * </ConnectedAccountsProvider>
 * ```
 */
export function accountEvents(url: string | URL): AccountEventSource {
  return (queryClient, identity) =>
    subscribeToAccountEvents({
      url,
      user: identity.user,
      onEvent: (update) => applyAccountUpdate(queryClient, identity, update),
    })
}

/** Applies what the server says has happened, wherever that was. Asks the server only for what the event does not say. */
function applyAccountUpdate(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  update: AccountUpdate,
): void {
  const { type } = update
  if (type === 'resync') {
    void refreshAccounts(queryClient, identity, identityKey(identity))
  } else if (type === 'exchange_failed' || type === 'exchanged') {
    applyExchange(queryClient, identity, update)
  } else if (type === 'connected' || type === 'disconnected') {
    if (type === 'connected') forgetReports(queryClient, identity, update.connection ?? '')
    void refreshAccounts(queryClient, identity)
  }
}

function applyExchange(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  { connection = '', type, reason }: AccountEvent,
): void {
  const accounts = cachedAccounts(queryClient, identity, connection) ?? []
  if (type === 'exchanged') {
    const { queryKey } = grantReportsOptions(identity, connection)
    const { reports = {} } = queryClient.getQueryData(queryKey) ?? {}
    // A token says nothing about scopes. With several accounts it is not known whose it is.
    const isDead = reports[ANY_ACCOUNT]?.code === 'connection_not_connected'
    if (isDead && accounts.length < 2) forgetReports(queryClient, identity, connection)
  } else if (reason === 'not_connected' && accounts.length < 2) {
    const grantError = { code: 'connection_not_connected' } as const // a literal type
    for (const accountId of [ANY_ACCOUNT, ...accounts.map(({ id }) => id)]) {
      noteGrantError(queryClient, identity, { connection, accountId, error: grantError })
    }
  } else if (reason !== 'other') void refreshAccounts(queryClient, identity)
}
