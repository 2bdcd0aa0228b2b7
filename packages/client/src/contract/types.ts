import type { components, operations } from './generated/my-account.js'

/** An account at a third party. Auth0 keeps its tokens in Token Vault for the user. */
export type ConnectedAccount = components['schemas']['ConnectedAccount']

/** The account that a flow has just connected. Unlike a listed one it may come without `scopes`. */
export type CompletedConnectedAccount = components['schemas']['CompleteConnectedAccountResponse']

/** A connection that the user can connect an account of. */
export type Connection = components['schemas']['Connection']

/** One page of connected accounts. `next` is the cursor of the next page, if there is one. */
export type ConnectedAccountsPage = components['schemas']['ListConnectedAccountsResponse']

/** One page of connections. `next` is the cursor of the next page, if there is one. */
export type ConnectionsPage = components['schemas']['ListConnectionsResponse']

/** Parameters that Auth0 passes on to the third party's authorization endpoint. */
export type AuthorizationParams = components['schemas']['AuthorizationParams']

/** The body of a refusal (RFC 9457). */
export type ProblemDetails = components['schemas']['ProblemDetails']

/** One thing that is wrong with a request, and its place. */
export type ValidationError = components['schemas']['ValidationError']

/** Query of the list of connected accounts. */
export type ListConnectedAccountsQuery = NonNullable<
  operations['getConnectedAccounts']['parameters']['query']
>

/** Query of the list of connections. */
export type ListConnectionsQuery = NonNullable<
  operations['getConnectedAccountsConnections']['parameters']['query']
>

/** Options of every call that waits for something. */
export interface Abortable {
  /** Aborts the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}
