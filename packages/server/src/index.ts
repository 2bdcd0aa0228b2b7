export type { AccessToken, AccountEvent, CompletedConnect } from '@connected-accounts/client'
export type {
  DeleteConnectedAccountOptions,
  DeletedAccount,
} from './accounts/delete-account.js'
export type { IdentifyConnectedAccountOptions } from './accounts/identify.js'
export type { NotRevokedReason, Revocation } from './accounts/revoke.js'
export type { AccessTokenClaims } from './api/access-token-claims.js'
export {
  AccessTokenError,
  type AccessTokenErrorCode,
  isAccessTokenError,
} from './api/access-token-error.js'
export {
  type AccessTokenRequirements,
  type AccessTokenVerifierOptions,
  createAccessTokenVerifier,
  type VerifiableRequest,
  type VerifiedAccessToken,
  type VerifyAccessToken,
} from './api/access-token-verifier.js'
export type { StartConnectAccountOptions } from './connect/connect-account.js'
export type { StoreOptions } from './cookies/cookie-jar.js'
export {
  isLoginFlowError,
  isSessionError,
  LoginFlowError,
  type LoginFlowErrorCode,
  SessionError,
  type SessionErrorCode,
} from './errors.js'
export type {
  AccountEvents,
  EventMessage,
  EventSubscriber,
  EventSubscription,
} from './events/account-events.js'
export { memoryEvents } from './events/memory-events.js'
export {
  type KeepAliveCheckpoint,
  type KeepAliveOptions,
  keepAlive,
} from './keep-alive/keep-alive.js'
export type {
  KeepAliveOutcome,
  KeepAliveReason,
  KeepAliveReport,
} from './keep-alive/outcome.js'
export type { CompletedLogin, StartInteractiveLoginOptions } from './login/login.js'
export type { LogoutOptions } from './login/logout.js'
export type {
  AccountProfile,
  IdentifyFunction,
  LoginParams,
  RedirectUriFunction,
  ServerClientOptions,
  ServerLoginParams,
} from './options.js'
export { fromSession } from './provider/from-session.js'
export { createProviderFetch, type ProviderFetchOptions } from './provider/provider-fetch.js'
export { createBackChannelLogout } from './routes/back-channel-logout.js'
export {
  type ConnectedAccountsHandlerOptions,
  createConnectedAccountsHandler,
} from './routes/connected-accounts-handler.js'
export {
  createLogStreamHandler,
  type LogStreamHandlerOptions,
} from './routes/events/log-stream.js'
export { createHandler, type HandlerOptions } from './routes/handler.js'
export type { Route } from './routes/route.js'
export { createRoutes, type Routes, type RoutesOptions } from './routes/routes.js'
export { ServerClient } from './server-client.js'
export type {
  ConnectionTokens,
  TokenOwner,
  WantedToken,
} from './sessions/connection-token-cache.js'
export type { FlowMemory } from './sessions/flow-memory.js'
export type {
  EndedLogin,
  IssuedToken,
  Session,
  SessionCookie,
  SessionOwner,
  SessionStore,
  User,
} from './sessions/session.js'
export { type SharedSessionsOptions, sharedSessions } from './sessions/shared-sessions.js'
export type { HeldLock, RefreshLock } from './store/refresh-lock.js'
export type { SharedStore } from './store/shared-store.js'
export type { GetAccessTokenOptions } from './tokens/access-token.js'
export type { GetAccessTokenForConnectionOptions } from './tokens/connection-token.js'
export {
  type ConnectionTokenRequest,
  type ConnectionTokenSource,
  type FromAccessTokenOptions,
  fromAccessToken,
  type PrivilegedWorkerOptions,
  privilegedWorker,
  type UserTokenSources,
  type VaultUser,
} from './tokens/connection-token-source.js'
export { fromSharedSessions } from './tokens/from-shared-sessions.js'
