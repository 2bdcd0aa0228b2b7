import type { CompletedConnect } from '@connected-accounts/client'
import type { SkipToken } from '@tanstack/react-query'
import { type ListQueries, listQueries } from './accounts.js'
import { type CallbackKey, type CallbackOptions, callbackOptions } from './callback.js'
import { type ConnectMutations, connectMutations } from './connect.js'
import {
  type DisconnectedAccount,
  type DisconnectSettings,
  disconnectOptions,
} from './disconnect.js'
import { type IdentityKey, identityKey } from './keys.js'
import type { MutationOptions, QueriesIdentity, QueryOptions } from './options.js'

/**
 * What {@link connectedAccountsQueries} returns. `Skip` is `SkipToken` if it is possible that nobody is logged in. TanStack's
 * suspense hooks do not take such lists.
 */
export interface ConnectedAccountsQueries<Skip = never>
  extends ListQueries<Skip>,
    ConnectMutations {
  /** The beginning of the keys of all these queries and mutations. */
  key: IdentityKey
  /** Completes the flow that a callback URL belongs to: once, and only while somebody is logged in. */
  callback: (options: CallbackOptions) => QueryOptions<CompletedConnect, CallbackKey>
  /** Deletes an account by its id. Removes it from the cached lists meanwhile. */
  disconnect: (settings: DisconnectSettings) => MutationOptions<string, DisconnectedAccount>
}

/**
 * Returns option factories of TanStack Query for a logged-in user. Pass what they return to TanStack's hooks, suspense
 * hooks included, and to the methods of a `QueryClient`. The hooks of this package use the same factories.
 *
 * @example
 * ```ts
 * const queries = connectedAccountsQueries({ client, user: 'auth0|alice' })
 * const accounts = await queryClient.query(queries.accounts())
 * await queryClient.invalidateQueries({ queryKey: queries.key })
 * ```
 */
export function connectedAccountsQueries(
  identity: QueriesIdentity & { user: string },
): ConnectedAccountsQueries
/** Returns option factories for a user who may be undefined. While it is, the queries are skipped. */
export function connectedAccountsQueries(
  identity: QueriesIdentity,
): ConnectedAccountsQueries<SkipToken>
/** Returns option factories of TanStack Query. */
export function connectedAccountsQueries(
  identity: QueriesIdentity,
): ConnectedAccountsQueries<SkipToken> {
  return {
    key: identityKey(identity),
    ...listQueries(identity),
    ...connectMutations(identity),
    callback: (options) => callbackOptions(identity, options),
    disconnect: (settings) => disconnectOptions(identity, settings),
  }
}
