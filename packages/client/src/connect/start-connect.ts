import {
  type ConnectionReference,
  type ConnectionScope,
  connectionName,
  definedScopes,
} from '../connections/define-connections.js'
import type { Abortable, AuthorizationParams } from '../contract/types.js'
import { randomToken, sha256 } from '../crypto.js'
import { unlessAborted } from '../http/abort.js'
import { iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { isConnectResponse } from '../my-account/guards.js'
import { unwrap } from '../my-account/unwrap.js'
import { STATE_PREFIX } from './callback-url.js'
import { checkConnectOptions } from './options.js'
import { checkStore, type TransactionStore } from './transactions.js'

/** Options of {@link startConnect}. */
export interface StartConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends Abortable {
  /** The connection, by its name like `google-oauth2` or as `defineConnections` has it. */
  connection: Reference
  /** Where the browser comes back to; an allowed callback URL of the application. */
  redirectUri: string
  /** Keeps what `completeConnect` needs. */
  transactions: TransactionStore
  /** The logged-in user, who alone can complete it then; left out, whoever has the transaction can. */
  user?: string | undefined
  /**
   * 1 to 100 scopes asked of the third party, by default those of the definition. They replace those that the tenant has
   * for the connection, so name all that are needed.
   */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** More parameters for the third party, like `login_hint`. */
  authorizationParams?: AuthorizationParams | undefined
  /** Any JSON; `completeConnect` gives it back. Dates, maps and whatever else JSON would change are refused. */
  appState?: unknown
  /** Where to take the person afterwards: a URL of `redirectUri`'s origin, or a path. `completeConnect` gives it back. */
  returnTo?: string | undefined
  /** Id of the account that is to be connected again; the person may choose another one. `completeConnect` gives it back. */
  reconnectAccountId?: string | undefined
}

/** What {@link startConnect} answers. */
export interface StartedConnect {
  /** Where to send the browser. */
  url: string
  /** Names the transaction. */
  state: string
  /** When it can no longer be completed, in milliseconds since the epoch. */
  expiresAt: number
}

/**
 * Starts to connect an account, with PKCE (RFC 7636): send the browser to the `url` of the answer. At the same time it
 * lists the connection's accounts, so that `completeConnect` can tell a new one where its own answer is lost; where the
 * list fails, as without `read:me:connected_accounts`, or takes more than 3 seconds, the flow starts all the same.
 *
 * Throws a TypeError that names a wrong option before anything is sent, `MyAccountApiError`, with code `not_found` where
 * the connection is not enabled for the application, and `ConnectFlowError` `storage_unavailable`.
 *
 * @see https://auth0.com/docs/secure/tokens/token-vault/connected-accounts-for-token-vault
 */
export function startConnect<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: StartConnectOptions<Reference>,
): Promise<StartedConnect> {
  return startFlow(client, { ...options, statePrefix: STATE_PREFIX })
}

/** Starts a flow whose state begins with a prefix. @internal */
export async function startFlow<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: StartConnectOptions<Reference> & { statePrefix: string },
): Promise<StartedConnect> {
  const { redirectUri, transactions, authorizationParams, signal } = options
  const { user, appState, returnTo, reconnectAccountId } = options
  const connection = connectionName(options.connection)
  const scopes = options.scopes ?? definedScopes(options.connection)
  checkConnectOptions({ ...options, connection, scopes })
  checkStore(transactions)
  const state = options.statePrefix + randomToken()
  const codeVerifier = randomToken()
  const call = client.POST('/connected-accounts/connect', {
    body: {
      connection,
      redirect_uri: redirectUri,
      state,
      code_challenge: await sha256(codeVerifier),
      code_challenge_method: 'S256',
      ...(scopes && { scopes: [...scopes] }),
      ...(authorizationParams && { authorization_params: authorizationParams }),
    },
    parseAs: 'text',
    signal: signal ?? null,
  })
  const [answer, accountIds] = await Promise.all([
    unwrap(call, isConnectResponse),
    idsBefore(client, { connection, signal }),
  ])
  const expiresAt = Date.now() + answer.expires_in * 1000
  const pending = { authSession: answer.auth_session, codeVerifier, attempted: false, accountIds }
  const known = { connection, redirectUri, user, appState, returnTo, reconnectAccountId }
  await transactions.set(state, { ...known, expiresAt, pending }, { expiresAt })
  const url = new URL(answer.connect_uri)
  url.searchParams.set('ticket', answer.connect_params.ticket)
  return { url: url.href, state, expiresAt }
}

/** Milliseconds that the person is kept waiting for the list at most. */
const LONGEST_LIST = 3000

/** Undefined where they cannot be listed: the flow does not depend on them, a lost answer is `outcome_unknown` then. */
async function idsBefore(
  client: ConnectedAccountsClient,
  connected: Abortable & { connection: string },
): Promise<string[] | undefined> {
  const ids = listIds(client, connected)
  return unlessAborted(ids, AbortSignal.timeout(LONGEST_LIST)).catch(() => undefined)
}

async function listIds(
  client: ConnectedAccountsClient,
  connected: Abortable & { connection: string },
): Promise<string[]> {
  const ids = []
  for await (const { id } of iterateConnectedAccounts(client, connected)) ids.push(id)
  return ids
}
