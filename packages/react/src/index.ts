export {
  type AccountsIdentity,
  type HandleConnectCallbackOptions,
  handleConnectCallback,
  type OpenUrl,
} from '@connected-accounts/client/browser'
export {
  ConnectedAccountsProvider,
  type ConnectedAccountsProviderProps,
} from './ConnectedAccountsProvider.js'
export {
  type CallOutcome,
  type UseConnectedCallOptions,
  type UseConnectedCallResult,
  useConnectedCall,
  type WayToReconnect,
} from './calls/useConnectedCall.js'
export {
  type QueryOutcome,
  type UseConnectedQueryOptions,
  type UseConnectedQueryResult,
  useConnectedQuery,
} from './calls/useConnectedQuery.js'
export type { ConnectedOptions, PendingCall, ReconnectResult } from './calls/useReconnect.js'
export type { AccountEventSource } from './events.js'
export { type UseAccountLabelResult, useAccountLabel } from './hooks/useAccountLabel.js'
export {
  type UseConnectAccountOptions,
  type UseConnectAccountResult,
  useConnectAccount,
} from './hooks/useConnectAccount.js'
export { type UseConnectCallbackResult, useConnectCallback } from './hooks/useConnectCallback.js'
export {
  type UseConnectedAccountsOptions,
  useConnectedAccounts,
} from './hooks/useConnectedAccounts.js'
export {
  type RepairOptions,
  type UseConnectionOptions,
  type UseConnectionResult,
  useConnection,
} from './hooks/useConnection.js'
export { useConnections } from './hooks/useConnections.js'
export {
  type UseDisconnectAccountOptions,
  type UseDisconnectAccountResult,
  useDisconnectAccount,
} from './hooks/useDisconnectAccount.js'
export { useInfiniteConnectedAccounts } from './hooks/useInfiniteConnectedAccounts.js'
export { useSuspenseConnectedAccounts } from './hooks/useSuspenseConnectedAccounts.js'
export type { ConnectedAccountsFilter } from './queries/accounts.js'
export type { CallbackOptions } from './queries/callback.js'
export type {
  ConnectAccountOptions,
  ConnectSettings,
  PopupSettings,
  PopupVariables,
  RedirectVariables,
  SessionSettings,
} from './queries/connect.js'
export {
  type ConnectedAccountsQueries,
  connectedAccountsQueries,
} from './queries/connected-accounts-queries.js'
export type { DisconnectedAccount, DisconnectSettings } from './queries/disconnect.js'
export type { QueriesIdentity } from './queries/options.js'
