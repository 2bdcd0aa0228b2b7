export type { AccountLabel, AccountLabels } from './account-labels/account-label.js'
export {
  type IdentifiableAccount,
  type IdentifyAccount,
  identifyAt,
} from './account-labels/identify-at.js'
export { localStorageAccountLabels } from './account-labels/local-storage-account-labels.js'
export type {
  AccessToken,
  AccessTokenRequest,
  AccessTokenSource,
} from './authorization/access-token.js'
export {
  type AuthorizationOptions,
  type AuthorizedFetchOptions,
  createAuthorizedFetch,
} from './authorization/authorized-fetch.js'
export type { Dpop, DpopProofRequest, DpopProver } from './authorization/dpop.js'
export { authorizationMiddleware } from './authorization/middleware.js'
export type {
  ProfileEndpoint,
  Provider,
  RevocationEndpoint,
  SocialProvider,
} from './catalogue/provider.js'
export { isConnectCallback } from './connect/callback-url.js'
export {
  type CompleteConnectOptions,
  type CompletedConnect,
  completeConnect,
} from './connect/complete-connect.js'
export {
  type StartConnectOptions,
  type StartedConnect,
  startConnect,
} from './connect/start-connect.js'
export {
  type FlowNote,
  memoryTransactions,
  type Transaction,
  type TransactionStore,
} from './connect/transactions.js'
export {
  localStorageTransactions,
  sessionStorageTransactions,
} from './connect/web-storage-transactions.js'
export type { AccountEvent, AccountUpdate } from './connections/account-event.js'
export {
  type ConnectionHealth,
  type ConnectionHealthOptions,
  type ConnectionStatus,
  connectionHealth,
} from './connections/connection-health.js'
export {
  type ConnectionRequiredDetails,
  ConnectionRequiredError,
  type ConnectionRequiredProblem,
  type ConnectionRequiredReason,
  isConnectionRequiredError,
  readConnectionRequired,
  throwIfConnectionRequired,
} from './connections/connection-required-error.js'
export {
  type ConnectionDefinition,
  type ConnectionInput,
  type ConnectionReference,
  type ConnectionScope,
  type DefinedConnections,
  defineConnections,
  findConnection,
  type Register,
  type RegisteredConnection,
} from './connections/define-connections.js'
export { type GrantError, readGrantError } from './connections/grant-error.js'
export type { components, operations, paths } from './contract/generated/my-account.js'
export type {
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
export type { ClientCrypto, ClientCryptoBytes } from './crypto.js'
export { CodedError } from './errors/coded-error.js'
export {
  ConnectFlowError,
  type ConnectFlowErrorCode,
  isConnectFlowError,
} from './errors/connect-flow-error.js'
export { describeError, type ErrorMessages } from './errors/describe-error.js'
export {
  isMyAccountApiError,
  MyAccountApiError,
  type MyAccountApiErrorCode,
} from './errors/my-account-api-error.js'
export { isStorageError, StorageError, type StorageErrorCode } from './errors/storage-error.js'
export { isTokenError, TokenError, type TokenErrorCode } from './errors/token-error.js'
export type { Fetch } from './http/fetch.js'
export { type RateLimit, rateLimit } from './http/rate-limit.js'
export { retryDelay } from './http/retry.js'
export {
  deleteConnectedAccount,
  iterateConnectedAccounts,
  type ListConnectedAccountsOptions,
  listConnectedAccounts,
} from './my-account/accounts.js'
export { type ConnectionDrift, checkConnections } from './my-account/check-connections.js'
export {
  type ConnectedAccountsClient,
  type ConnectedAccountsClientOptions,
  createConnectedAccountsClient,
} from './my-account/client.js'
export { iterateConnections, listConnections } from './my-account/connections.js'
