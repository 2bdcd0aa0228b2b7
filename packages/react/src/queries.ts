import type {
  ConnectedAccount,
  ConnectedAccountsPage,
  Connection,
} from '@connected-accounts/client'
import type { SkipToken } from '@tanstack/react-query'
import {
  type CallbackKey,
  type CallbackOptions,
  type CompletedFlow,
  type ConnectAccountOptions,
  type ConnectSettings,
  callbackOptions,
  connectOptions,
} from './connect.js'
import {
  type DisconnectedAccount,
  type DisconnectSettings,
  disconnectOptions,
} from './disconnect.js'
import { type Identity, type IdentityKey, identityKey } from './keys.js'
import {
  accountsOptions,
  type ConnectedAccountsFilter,
  type ConnectionsKey,
  connectionsOptions,
  infiniteAccountsOptions,
  type ListKey,
  type PagesKey,
} from './lists.js'
import type { InfiniteQueryOptions, MutationOptions, QueryOptions } from './options.js'
import { type PopupSettings, popupOptions } from './popup.js'

/**
 * What {@link connectedAccountsQueries} answers. `Skip` is `SkipToken` where nobody may be logged in, and then the lists
 * do not go into TanStack's suspense hooks.
 */
export interface ConnectedAccountsQueries<Skip = never> {
  /** How the keys of all of these begin. */
  key: IdentityKey
  /** Every connected account of the user, of all pages. */
  accounts(filter?: ConnectedAccountsFilter): QueryOptions<ConnectedAccount[], ListKey, Skip>
  /** The connected accounts of the user page by page, up to 20 on each. */
  infiniteAccounts(
    filter?: ConnectedAccountsFilter,
  ): InfiniteQueryOptions<ConnectedAccountsPage, PagesKey, Skip>
  /** Every connection that the user may connect an account of, of all pages. */
  connections(): QueryOptions<Connection[], ConnectionsKey, Skip>
  /** Starts a flow and leaves the page. */
  connect(settings: ConnectSettings): MutationOptions<ConnectAccountOptions, undefined>
  /** Starts a flow in a popup, and completes it when it is back. */
  connectInPopup(
    settings: PopupSettings,
  ): MutationOptions<ConnectAccountOptions, CompletedFlow | undefined>
  /** Completes a flow. */
  callback(options: CallbackOptions): QueryOptions<CompletedFlow, CallbackKey>
  /** Deletes the account with an id, and takes it out of the cached lists meanwhile. */
  disconnect(settings: DisconnectSettings): MutationOptions<string, DisconnectedAccount>
}

/** Option factories for a user who is logged in: these also go into TanStack's suspense hooks. */
export function connectedAccountsQueries(
  identity: Identity & { user: string },
): ConnectedAccountsQueries
/** Option factories for a user who may be undefined: then the queries are skipped. */
export function connectedAccountsQueries(identity: Identity): ConnectedAccountsQueries<SkipToken>
/**
 * Option factories for TanStack Query: for its hooks, and for the methods of a `QueryClient`. The hooks of this package are
 * short for these.
 */
export function connectedAccountsQueries(identity: Identity): ConnectedAccountsQueries<SkipToken> {
  return {
    key: identityKey(identity),
    accounts: (filter) => accountsOptions(identity, filter),
    infiniteAccounts: (filter) => infiniteAccountsOptions(identity, filter),
    connections: () => connectionsOptions(identity),
    connect: (settings) => connectOptions(identity, settings),
    connectInPopup: (settings) => popupOptions(identity, settings),
    callback: (options) => callbackOptions(identity, options),
    disconnect: (settings) => disconnectOptions(identity, settings),
  }
}
