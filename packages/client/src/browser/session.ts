import { callbackState } from '../connect/callback-url.js'
import type { CompletedConnect } from '../connect/complete-connect.js'
import { type StartConnectOptions, startConnect } from '../connect/start-connect.js'
import { memoryTransactions, type TransactionStore } from '../connect/transactions.js'
import { type ConnectionReference, connectionName } from '../connections/define-connections.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { unlessAborted, withAbortController } from '../http/abort.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { completeConnectInPage } from './callback-page.js'
import { abortAtExpiry, giveUpFlow } from './given-up-flow.js'

/**
 * Opens a URL in an auth session of the platform: a browser window that the platform closes when the person comes back to
 * `redirectUri`.
 *
 * @returns The whole URL that the person came back to; undefined or null if they closed the window.
 */
export type OpenUrl = (
  url: string,
  redirectUri: string,
) => Promise<string | null | undefined> | string | null | undefined

/** Options of {@link connectInSession}. */
export interface SessionConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends Omit<StartConnectOptions<Reference>, 'transactions'> {
  /** Opens the auth session. */
  openUrl: OpenUrl
  /** Keeps the flow until it is completed. Default: in memory, because the same call starts and completes it. */
  transactions?: TransactionStore | undefined
}

/**
 * Connects an account in an auth session of the platform, such as that of `expo-web-browser`, or `launchWebAuthFlow` in a
 * browser extension. Needs no page. Resolves when the account is connected. If the completion fails for a moment, for example
 * without a network, it is tried again.
 *
 * @throws {TypeError} when `openUrl` is not a function; nothing was sent.
 * @throws {ConnectFlowError} `cancelled`, when the person closed the window.
 * @throws {ConnectFlowError} `expired`, when the person did not come back in time.
 * @throws {ConnectFlowError} `not_a_callback`, when `openUrl` returned another URL than that of this flow's callback.
 * @throws {ConnectFlowError} `outcome_unknown`, when completing failed in a way that may have connected the account.
 * @throws {ConnectFlowError} any code of `startConnect` and `completeConnect`.
 * @throws {MyAccountApiError} when the server refuses to start or to complete the flow.
 *
 * @example
 * ```ts
 * const { account } = await connectInSession(client, {
 *   connection: 'github',
 *   redirectUri: 'myapp://connected',
 *   user: user.sub,
 *   openUrl: async (url, redirectUri) => {
 *     const result = await WebBrowser.openAuthSessionAsync(url, redirectUri)
 *     return result.type === 'success' ? result.url : null
 *   },
 * })
 * ```
 */
export async function connectInSession<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: SessionConnectOptions<Reference>,
): Promise<CompletedConnect> {
  const { openUrl, transactions = memoryTransactions(), signal } = options
  if (typeof openUrl !== 'function') {
    throw new TypeError('openUrl must be a function that opens a URL and returns the callback URL.')
  }
  return withAbortController({ signal }, (abort) =>
    connectThrough(abort, { ...options, client, transactions }),
  )
}

interface SessionFlow extends SessionConnectOptions {
  client: ConnectedAccountsClient
  transactions: TransactionStore
}

async function connectThrough(
  abort: AbortController,
  { client, ...options }: SessionFlow,
): Promise<CompletedConnect> {
  const { openUrl, transactions, redirectUri, user } = options
  const { signal } = abort
  const starting = startConnect(client, { ...options, signal })
  const { url, state, expiresAt } = await unlessAborted(starting, signal)
  const expiry = abortAtExpiry(abort, expiresAt, options)
  try {
    const opened = Promise.resolve(openUrl(url, redirectUri))
    const callbackUrl = await unlessAborted(opened, signal)
    clearTimeout(expiry) // from here on the completion has its own time limit
    checkCallback(callbackUrl, state, options)
    return await completeConnectInPage(client, { callbackUrl, transactions, user, signal })
  } catch (error) {
    throw await giveUpFlow({ transactions, state, signal }, error)
  } finally {
    clearTimeout(expiry)
  }
}

function checkCallback(
  callbackUrl: string | null | undefined,
  state: string,
  options: SessionConnectOptions,
): asserts callbackUrl is string {
  if (callbackUrl && callbackState(callbackUrl) === state) return
  const flow = { ...options, connection: connectionName(options.connection) }
  throw callbackUrl
    ? new ConnectFlowError('not_a_callback', {
        ...flow,
        message: 'openUrl returned a URL that is not the callback of this flow.',
      })
    : new ConnectFlowError('cancelled', {
        ...flow,
        message: 'The window was closed before the flow was completed.',
      })
}
