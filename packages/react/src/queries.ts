import type { CompletedConnect } from '@connected-accounts/client'
import {
  type CallbackKey,
  type CallbackOptions,
  type ConnectAccountOptions,
  type ConnectSettings,
  callbackOptions,
  connectOptions,
} from './connect.js'
import { type DisconnectSettings, disconnectOptions, type RemovedAccount } from './disconnect.js'
import { type Identity, type IdentityKey, identityKey } from './keys.js'
import {
  accountsOptions,
  type ConnectedAccountsFilter,
  type ConnectedAccountsOptions,
  type ConnectionsOptions,
  connectionsOptions,
} from './lists.js'
import type { MutationOptions, QueryOptions } from './options.js'

/** What {@link connectedAccountsQueries} answers. */
export interface ConnectedAccountsQueries {
  /** How the keys of all of these begin. */
  key: IdentityKey
  /** Every connected account of the user, of all pages. */
  accounts(filter?: ConnectedAccountsFilter): ConnectedAccountsOptions
  /** Every connection that the user may connect an account of, of all pages. */
  connections(): ConnectionsOptions
  /** Starts a flow and leaves the page. */
  connect(settings: ConnectSettings): MutationOptions<ConnectAccountOptions>
  /** Completes a flow. */
  callback(options: CallbackOptions): QueryOptions<CompletedConnect, CallbackKey>
  /** Deletes the account with an id, and takes it out of the cached lists meanwhile. */
  disconnect(settings: DisconnectSettings): MutationOptions<string, RemovedAccount[]>
}

/**
 * Option factories for TanStack Query: for `useQuery` and `useMutation`, and for the methods of a `QueryClient`.
 * The hooks of this package are short for these. While nobody is logged in, the queries are skipped.
 */
export function connectedAccountsQueries(identity: Identity): ConnectedAccountsQueries {
  return {
    key: identityKey(identity),
    accounts: (filter) => accountsOptions(identity, filter),
    connections: () => connectionsOptions(identity),
    connect: (settings) => connectOptions(identity, settings),
    callback: (options) => callbackOptions(identity, options),
    disconnect: (settings) => disconnectOptions(identity, settings),
  }
}
