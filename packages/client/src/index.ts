export type { AccessToken, AccessTokenRequest, AccessTokenSource } from './access-token.js'
export {
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  type ListConnectedAccountsOptions,
  listConnectedAccounts,
  listConnections,
} from './accounts.js'
export type { Fetch } from './authorized-fetch.js'
export { callbackState, isConnectCallback } from './callback.js'
export { type ConnectionDrift, checkConnections } from './check-connections.js'
export {
  type ConnectedAccountsClient,
  type ConnectedAccountsClientOptions,
  createConnectedAccountsClient,
} from './client.js'
export {
  type CompleteConnectOptions,
  type CompletedConnect,
  completeConnect,
} from './complete-connect.js'
export { areScopes, isReturnTo } from './connect-options.js'
export {
  type ConnectionHealth,
  type ConnectionHealthOptions,
  type ConnectionStatus,
  connectionHealth,
} from './connection-health.js'
export {
  type ConnectionDefinition,
  type ConnectionReference,
  type ConnectionScope,
  defineConnections,
  type Register,
  type RegisteredConnection,
} from './connections.js'
export { type AuthorizedFetchOptions, createAuthorizedFetch } from './create-authorized-fetch.js'
export { tenantOrigin } from './domain.js'
export type { Dpop, DpopProofRequest, DpopProver } from './dpop.js'
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
} from './errors.js'
export type { components, operations, paths } from './generated/my-account.js'
export { type GrantError, readGrantError } from './grant-error.js'
export { type RateLimit, rateLimit } from './rate-limit.js'
export { retryDelay } from './retry-delay.js'
export { type StartConnectOptions, type StartedConnect, startConnect } from './start-connect.js'
export {
  localStorageTransactions,
  memoryTransactions,
  type PendingTransaction,
  sessionStorageTransactions,
  type Transaction,
  type TransactionStore,
} from './transactions.js'
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
} from './types.js'
