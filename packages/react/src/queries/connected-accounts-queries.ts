import type { AccountsIdentity } from '@connected-accounts/client/browser'
import type { SkipToken } from '@tanstack/react-query'
import { type ListQueries, listQueries } from './accounts.js'
import { type ConnectQueries, connectQueries } from './connect.js'
import {
  type DisconnectedAccount,
  type DisconnectSettings,
  disconnectOptions,
} from './disconnect.js'
import { type IdentityKey, identityKey } from './keys.js'
import type { MutationOptions } from './options.js'

/**
 * What {@link connectedAccountsQueries} answers. `Skip` is `SkipToken` where nobody may be logged in, and then the lists
 * do not go into TanStack's suspense hooks.
 */
export interface ConnectedAccountsQueries<Skip = never> extends ListQueries<Skip>, ConnectQueries {
  /** How the keys of all of these begin. */
  key: IdentityKey
  /** Deletes the account with an id, and takes it out of the cached lists meanwhile. */
  disconnect(settings: DisconnectSettings): MutationOptions<string, DisconnectedAccount>
}

/** Option factories for a user who is logged in: these also go into TanStack's suspense hooks. */
export function connectedAccountsQueries(
  identity: AccountsIdentity & { user: string },
): ConnectedAccountsQueries
/** Option factories for a user who may be undefined: then the queries are skipped. */
export function connectedAccountsQueries(
  identity: AccountsIdentity,
): ConnectedAccountsQueries<SkipToken>
/**
 * Option factories for TanStack Query: for its hooks, and for the methods of a `QueryClient`. The hooks of this package are
 * short for these.
 */
export function connectedAccountsQueries(
  identity: AccountsIdentity,
): ConnectedAccountsQueries<SkipToken> {
  return {
    key: identityKey(identity),
    ...listQueries(identity),
    ...connectQueries(identity),
    disconnect: (settings) => disconnectOptions(identity, settings),
  }
}
