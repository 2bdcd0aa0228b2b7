export type { AccessToken, CompletedConnect } from '@connected-accounts/client'
export { createBackChannelLogout } from './back-channel-logout.js'
export type { StartConnectAccountOptions } from './connect.js'
export {
  type ConnectedAccountsHandlerOptions,
  createConnectedAccountsHandler,
} from './connected-accounts-handler.js'
export type { GetAccessTokenForConnectionOptions } from './connection-token.js'
export type { ConnectionTokens, TokenOwner } from './connection-tokens.js'
export type { StoreOptions } from './cookies.js'
export {
  isLoginFlowError,
  isSessionError,
  LoginFlowError,
  type LoginFlowErrorCode,
  SessionError,
  type SessionErrorCode,
} from './errors.js'
export { createHandler } from './handler.js'
export type { CompletedLogin, StartInteractiveLoginOptions } from './login.js'
export type { LogoutOptions } from './logout.js'
export {
  createManagementClient,
  type ManagementClient,
  type ManagementClientOptions,
} from './management-client.js'
export type { LoginParams, ServerClientOptions } from './options.js'
export type { HeldLock, RefreshLock } from './refresh-lock.js'
export { createRoutes, type Route, type Routes, type RoutesOptions } from './routes.js'
export { ServerClient } from './server-client.js'
export type {
  EndedLogin,
  IssuedToken,
  Session,
  SessionCookie,
  SessionStore,
  User,
} from './session.js'
export { type SharedSessionsOptions, sharedSessions } from './shared-sessions.js'
export type { SharedStore } from './shared-store.js'
export type { GetAccessTokenOptions } from './tokens.js'
