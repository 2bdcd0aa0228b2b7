export type {
  AccessToken,
  AccessTokenRequest,
  AccessTokenSource,
} from './authorization/access-token.js'
export type { Fetch } from './authorization/authorized-fetch.js'
export {
  type AuthorizedFetchOptions,
  createAuthorizedFetch,
} from './authorization/create-authorized-fetch.js'
export type { Dpop, DpopProofRequest, DpopProver } from './authorization/dpop.js'
export { callbackState, isConnectCallback } from './connect/callback-url.js'
export {
  type CompleteConnectOptions,
  type CompletedConnect,
  completeConnect,
} from './connect/complete-connect.js'
export { areScopes, isReturnTo } from './connect/options.js'
export {
  type StartConnectOptions,
  type StartedConnect,
  startConnect,
} from './connect/start-connect.js'
export {
  localStorageTransactions,
  memoryTransactions,
  type PendingTransaction,
  sessionStorageTransactions,
  type Transaction,
  type TransactionStore,
} from './connect/transactions.js'
export {
  type ConnectionHealth,
  type ConnectionHealthOptions,
  type ConnectionStatus,
  connectionHealth,
} from './connections/connection-health.js'
export {
  type ConnectionDefinition,
  type ConnectionReference,
  type ConnectionScope,
  defineConnections,
  type Register,
  type RegisteredConnection,
} from './connections/define-connections.js'
export { type GrantError, readGrantError } from './connections/grant-error.js'
export type { components, operations, paths } from './contract/generated/my-account.js'
export type {
  Abortable,
  AuthorizationParams,
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectedAccountsPage,
  Connection,
  ConnectionsPage,
  ListConnectedAccountsQuery,
  ListConnectionsQuery,
  ProblemDetails,
  ValidationError,
} from './contract/types.js'
export {
  CodedError,
  ConnectFlowError,
  type ConnectFlowErrorCode,
  ERRORS_PAGE,
  isConnectFlowError,
  isMyAccountApiError,
  isTokenError,
  MyAccountApiError,
  type MyAccountApiErrorCode,
  TokenError,
  type TokenErrorCode,
} from './errors/my-account-api-error.js'
export { type RateLimit, rateLimit } from './http/rate-limit.js'
export { retryDelay } from './http/retry-delay.js'
export { tenantOrigin } from './http/url.js'
export {
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  type ListConnectedAccountsOptions,
  listConnectedAccounts,
  listConnections,
} from './my-account/accounts.js'
export { type ConnectionDrift, checkConnections } from './my-account/check-connections.js'
export {
  type ConnectedAccountsClient,
  type ConnectedAccountsClientOptions,
  createConnectedAccountsClient,
} from './my-account/client.js'
