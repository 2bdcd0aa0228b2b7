import {
  type CallbackOptions,
  type ConnectSettings,
  callbackOptions,
  connectOptions,
} from './connect.js'
import { type DisconnectSettings, disconnectOptions } from './disconnect.js'
import { type Identity, identityKey } from './keys.js'
import { accountsOptions, type ConnectedAccountsFilter, connectionsOptions } from './lists.js'

/** What {@link connectedAccountsQueries} answers. */
export type ConnectedAccountsQueries = ReturnType<typeof connectedAccountsQueries>

/**
 * Option factories for TanStack Query: for `useQuery` and `useMutation`, and for the methods of a
 * `QueryClient`. Every key begins with `key`, which has the user in it. The hooks of this package are short for these.
 */
export function connectedAccountsQueries(identity: Identity) {
  return {
    key: identityKey(identity),
    accounts: (filter?: ConnectedAccountsFilter) => accountsOptions(identity, filter),
    connections: () => connectionsOptions(identity),
    connect: (settings: ConnectSettings) => connectOptions(identity, settings),
    callback: (options: CallbackOptions) => callbackOptions(identity, options),
    disconnect: (settings: DisconnectSettings) => disconnectOptions(identity, settings),
  }
}
