import { callbackState, POPUP_STATE_PREFIX } from '../connect/callback-url.js'
import type { CompletedConnect } from '../connect/complete-connect.js'
import { startFlow } from '../connect/start-connect.js'
import type { TransactionStore } from '../connect/transactions.js'
import { localStorageTransactions } from '../connect/web-storage-transactions.js'
import { type ConnectionReference, connectionName } from '../connections/define-connections.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { unlessAborted, withAbortController } from '../http/abort.js'
import { runAlone } from '../mutex.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { completeConnectInPage, OPENER_IS_DONE, popupFlowName } from './callback-page.js'
import { abortAtExpiry, giveUpFlow } from './given-up-flow.js'
import { openPopup, type Popup, popupBlocked } from './popup-window.js'
import { fromThisPage, type PageConnectOptions } from './redirect.js'

/** Options of {@link connectInPopup}. */
export interface PopupConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends PageConnectOptions<Reference> {
  /**
   * What `openPopup` returned in the click; if that is undefined, the flow fails with `popup_blocked`. If you leave `popup` out,
   * `connectInPopup` opens one itself.
   */
  popup?: Popup | undefined
  /**
   * Keeps the flow until it is completed; by default `localStorageTransactions()`. Pass the same store to
   * `handleConnectCallback` on the callback page.
   */
  transactions?: TransactionStore | undefined
  /**
   * Ends the flow: the promise rejects with the signal's reason, and what the user still does in the window connects nothing.
   * See {@link cancelFlow}.
   */
  signal?: AbortSignal | undefined
}

/**
 * Connects an account in a popup. Call it in a click handler. The page at `redirectUri` must call `handleConnectCallback`.
 * Resolves when the user is back and the account is connected. If the completion fails for a moment, for example without
 * a network, it is tried again. If the user closes the popup, the promise stays pending, because a page cannot know that. It
 * ends when you abort `signal`, or with `expired`. After that, the popup cannot complete the flow any more.
 *
 * @throws {ConnectFlowError} `popup_blocked` or `third_party_iframe`, when there is no window; nothing was sent.
 * @throws {ConnectFlowError} `cancelled`, when {@link cancelFlow} was called.
 * @throws {ConnectFlowError} `expired`, when the user did not come back in time.
 * @throws {ConnectFlowError} `outcome_unknown`, when completing failed in a way that may have connected the account.
 * @throws {ConnectFlowError} any code of `startConnect` and `completeConnect`.
 * @throws {MyAccountApiError} when the server refuses to start or to complete the flow.
 *
 * @example
 * ```ts
 * button.addEventListener('click', async () => {
 *   const { account } = await connectInPopup(client, { connection: 'github', user })
 *   show(account.connection)
 * })
 * ```
 */
export async function connectInPopup<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: PopupConnectOptions<Reference>,
): Promise<CompletedConnect> {
  const { signal, transactions = localStorageTransactions() } = options
  // If `popup` is undefined, the browser has blocked the one that was opened in the click.
  const popup = 'popup' in options ? options.popup : openPopup()
  if (!popup) throw popupBlocked(connectionName(options.connection))
  try {
    return await withAbortController({ signal }, (abort) =>
      connectThrough(popup, abort, { ...options, client, transactions }),
    )
  } finally {
    popup.close()
  }
}

/**
 * Cancels the flow whose `signal` belongs to this controller: the promise rejects with `ConnectFlowError` `cancelled`.
 *
 * @example
 * ```ts
 * const controller = new AbortController()
 * // Your own button beside the message that the popup is open.
 * cancelButton.onclick = () => cancelFlow(controller)
 * await connectInPopup(client, { ...flow, signal: controller.signal })
 * ```
 */
export function cancelFlow(controller: AbortController): void {
  const message = 'The flow was cancelled before it was completed.'
  controller.abort(new ConnectFlowError('cancelled', { message }))
}

interface PopupFlow extends PageConnectOptions {
  client: ConnectedAccountsClient
  transactions: TransactionStore
}

async function connectThrough(
  popup: Popup,
  abort: AbortController,
  { client, ...options }: PopupFlow,
): Promise<CompletedConnect> {
  const { transactions, user } = options
  const { signal } = abort
  signal.throwIfAborted()
  const flow = { ...fromThisPage(options), transactions, signal }
  const starting = startFlow(client, flow, POPUP_STATE_PREFIX)
  const { state, url, expiresAt } = await unlessAborted(starting, signal)
  const expiry = abortAtExpiry(abort, expiresAt, options)
  // Held until the flow has ended, because the callback page waits for this lock before it completes the flow itself.
  return runAlone(popupFlowName(state), async () => {
    try {
      signal.throwIfAborted()
      const callbackUrl = await receiveCallback(state, signal, () => popup.navigate(url))
      clearTimeout(expiry) // from here on the completion has its own time limit
      return await completeConnectInPage(client, { callbackUrl, transactions, user, signal })
    } catch (error) {
      throw await giveUpFlow({ transactions, state, signal }, error)
    } finally {
      clearTimeout(expiry)
      tellCallbackPage(state)
    }
  })
}

/** Waits for the callback page to send its URL. */
async function receiveCallback(
  state: string,
  signal: AbortSignal,
  whenReady: () => void,
): Promise<string> {
  const channel = new BroadcastChannel(popupFlowName(state))
  const callbackUrl = new Promise<string>((resolve) => {
    channel.addEventListener('message', ({ data }) => {
      if (callbackState(data) === state) resolve(data)
    })
  })
  try {
    whenReady()
    return await unlessAborted(callbackUrl, signal)
  } finally {
    channel.close()
  }
}

function tellCallbackPage(state: string): void {
  const channel = new BroadcastChannel(popupFlowName(state))
  channel.postMessage(OPENER_IS_DONE)
  channel.close()
}
