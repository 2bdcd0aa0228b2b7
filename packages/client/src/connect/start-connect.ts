import {
  type ConnectionReference,
  type ConnectionScope,
  connectionName,
  definedScopes,
  requiredScopes,
} from '../connections/define-connections.js'
import type { Abortable, AuthorizationParams } from '../contract/types.js'
import { randomToken, sha256 } from '../crypto.js'
import { checkWebCrypto } from '../errors/connect-flow-error.js'
import { unlessAborted, withAbortController } from '../http/abort.js'
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
  /** The connection: its name, like `google-oauth2`, or an entry of `defineConnections`. */
  connection: Reference
  /** The URL that the browser comes back to; an allowed callback URL of the application. */
  redirectUri: string
  /** Keeps what `completeConnect` needs. */
  transactions: TransactionStore
  /** The logged-in user. Only that user can complete the flow; without it, whoever has the transaction can. */
  user?: string | undefined
  /**
   * 1 to 100 scopes to ask the third party for; by default those of the definition. They replace the scopes that the tenant
   * has for the connection, so name all that you need. The `requiredScopes` of the definition's provider are added.
   */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** More parameters for the third party, like `login_hint`. */
  authorizationParams?: AuthorizationParams | undefined
  /** Any JSON; `completeConnect` returns it. Values that JSON would change, such as a Date, are refused. */
  appState?: unknown
  /**
   * Where to take the user afterwards: a path, or a URL of `redirectUri`'s origin, with at most 512 bytes. `completeConnect`
   * returns it.
   */
  returnTo?: string | undefined
  /** Id of the account that is to be connected again; the user may choose another one. `completeConnect` returns it. */
  reconnectAccountId?: string | undefined
}

/** The result of {@link startConnect}. */
export interface StartedConnect {
  /** Where to send the browser. */
  url: string
  /** Names the transaction. */
  state: string
  /** When the flow expires, in milliseconds since the epoch. */
  expiresAt: number
}

/**
 * Starts to connect an account, with PKCE (RFC 7636): send the browser to the `url` of the result. At the same time it lists
 * the connection's accounts, so that `completeConnect` can recognize a new one if its own answer is lost. The flow also starts
 * if the list takes more than 3 seconds or fails, for example because the token has no `read:me:connected_accounts`.
 *
 * @throws {ConnectFlowError} `invalid_request`, when `connection`, `redirectUri`, `scopes`, `appState` or `returnTo` is wrong;
 * nothing was sent.
 * @throws {ConnectFlowError} `crypto_unavailable`, when the page has no Web Crypto and the client has no `crypto`; nothing was
 * sent.
 * @throws {ConnectFlowError} `storage_unavailable`, when the browser refuses to keep the transaction.
 * @throws {MyAccountApiError} `not_found`, when the connection is not enabled for the application.
 * @throws {MyAccountApiError} any other code, when the server refuses.
 * @throws {TypeError} when `transactions` is not a store.
 * @throws {DOMException} `TimeoutError`, when it takes longer than the `timeout` of the client.
 * @see https://auth0.com/docs/secure/tokens/token-vault/connected-accounts-for-token-vault
 *
 * @example
 * ```ts
 * const { url } = await startConnect(client, {
 *   connection: 'github',
 *   redirectUri: `${window.location.origin}/connected`,
 *   transactions: sessionStorageTransactions(),
 *   user: user.sub,
 * })
 * window.location.assign(url)
 * ```
 */
export function startConnect<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: StartConnectOptions<Reference>,
): Promise<StartedConnect> {
  return startFlow(client, options, STATE_PREFIX)
}

/** Starts a flow whose `state` begins with a prefix. @internal */
export async function startFlow<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: StartConnectOptions<Reference>,
  statePrefix: string,
): Promise<StartedConnect> {
  const { signal } = options
  const { timeout } = client
  return withAbortController({ signal, timeout }, (abort) =>
    startInTime(client, { ...options, signal: abort.signal }, statePrefix),
  )
}

async function startInTime<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: StartConnectOptions<Reference> & { signal: AbortSignal },
  statePrefix: string,
): Promise<StartedConnect> {
  const { redirectUri, transactions, authorizationParams, signal } = options
  const { user, appState, returnTo, reconnectAccountId } = options
  const reference = options.connection ?? '' // what comes from a request may have none
  const connection = connectionName(reference)
  const scopes = options.scopes ?? definedScopes(reference)
  checkConnectOptions({ ...options, connection, scopes })
  checkStore(transactions)
  const { state, codeVerifier, codeChallenge } = await unlessAborted(
    createSecrets(client, statePrefix),
    signal,
  )
  const body = {
    connection,
    redirect_uri: redirectUri,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256' as const, // a literal type
    ...(scopes && { scopes: [...new Set([...scopes, ...requiredScopes(reference)])] }),
    ...(authorizationParams && { authorization_params: authorizationParams }),
  }
  // A store that the page may not read fails here, before anything is sent.
  await unlessAborted((async () => transactions.get(state))(), signal)
  const post = async () => {
    const call = client.POST('/connected-accounts/connect', {
      body,
      parseAs: 'text',
      signal,
    })
    return unwrap(call, isConnectResponse, 201)
  }
  const [answer, accountIds] = await besideList(client, { connection, signal }, post)
  const expiresAt = Date.now() + answer.expires_in * 1000
  const pending = { authSession: answer.auth_session, codeVerifier, attempted: false, accountIds }
  const loginHint = authorizationParams?.login_hint
  const flow = { connection, redirectUri, user, appState, returnTo, reconnectAccountId, loginHint }
  const save = async () => transactions.set(state, { ...flow, expiresAt, pending }, { expiresAt })
  await unlessAborted(save(), signal)
  const url = new URL(answer.connect_uri)
  url.searchParams.set('ticket', answer.connect_params.ticket)
  return { url: url.href, state, expiresAt }
}

/** Makes what is random in a flow (RFC 7636 §4). */
async function createSecrets({ crypto }: ConnectedAccountsClient, statePrefix: string) {
  if (!crypto) checkWebCrypto()
  const codeVerifier = await randomToken(crypto)
  return {
    state: statePrefix + (await randomToken(crypto)),
    codeVerifier,
    codeChallenge: await sha256(codeVerifier, crypto),
  }
}

/** How long the user waits for the list at most, in milliseconds. */
const LIST_TIMEOUT = 3000

/**
 * Lists the ids of a connection's accounts while a request is sent. If the request fails, it stops listing.
 *
 * @returns The result of the request, and the ids; undefined if they could not be listed in time.
 */
function besideList<T>(
  client: ConnectedAccountsClient,
  { connection, signal }: Abortable & { connection: string },
  send: () => Promise<T>,
): Promise<[T, string[] | undefined]> {
  return withAbortController({ signal, timeout: LIST_TIMEOUT }, async (listing) => {
    const ids = listIds(client, { connection, signal: listing.signal })
    try {
      // A flow does not depend on the list: without it, a lost answer is `outcome_unknown`.
      const listed = unlessAborted(ids, listing.signal).catch(() => undefined)
      return await Promise.all([send(), listed])
    } finally {
      listing.abort()
    }
  })
}

async function listIds(
  client: ConnectedAccountsClient,
  options: Abortable & { connection: string },
): Promise<string[]> {
  const ids = []
  for await (const { id } of iterateConnectedAccounts(client, options)) ids.push(id)
  return ids
}
