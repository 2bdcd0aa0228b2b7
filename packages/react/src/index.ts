export {
  type HandleConnectCallbackOptions,
  handleConnectCallback,
  type Identity,
} from '@connected-accounts/client/browser'
export {
  ConnectedAccountsProvider,
  type ConnectedAccountsProviderProps,
} from './ConnectedAccountsProvider.js'
export type {
  CallbackOptions,
  ConnectAccountOptions,
  ConnectSettings,
  PopupSettings,
} from './connect.js'
export type { DisconnectedAccount, DisconnectSettings } from './disconnect.js'
export type { ConnectedAccountsFilter } from './lists.js'
export { type ConnectedAccountsQueries, connectedAccountsQueries } from './queries.js'
export {
  type UseConnectAccountOptions,
  type UseConnectAccountResult,
  useConnectAccount,
} from './useConnectAccount.js'
export { type UseConnectCallbackResult, useConnectCallback } from './useConnectCallback.js'
export { type UseConnectedAccountsOptions, useConnectedAccounts } from './useConnectedAccounts.js'
export {
  type RepairOptions,
  type UseConnectionOptions,
  type UseConnectionResult,
  useConnection,
} from './useConnection.js'
export { useConnections } from './useConnections.js'
export {
  type UseDisconnectAccountOptions,
  type UseDisconnectAccountResult,
  useDisconnectAccount,
} from './useDisconnectAccount.js'
export { useInfiniteConnectedAccounts } from './useInfiniteConnectedAccounts.js'
export { useSuspenseConnectedAccounts } from './useSuspenseConnectedAccounts.js'
