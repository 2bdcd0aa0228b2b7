export {
  ConnectedAccountsProvider,
  type ConnectedAccountsProviderProps,
} from './ConnectedAccountsProvider.js'
export type { CallbackOptions, ConnectAccountOptions, ConnectSettings } from './connect.js'
export type { DisconnectSettings } from './disconnect.js'
export type { Identity } from './keys.js'
export type { ConnectedAccountsFilter } from './lists.js'
export { type ConnectedAccountsQueries, connectedAccountsQueries } from './queries.js'
export { type UseConnectAccountResult, useConnectAccount } from './useConnectAccount.js'
export { type UseConnectCallbackResult, useConnectCallback } from './useConnectCallback.js'
export { useConnectedAccounts } from './useConnectedAccounts.js'
export { useConnections } from './useConnections.js'
export { useDisconnectAccount } from './useDisconnectAccount.js'
