import { callbackState } from '../connect/callback-url.js'
import type { CompleteConnectOptions, CompletedConnect } from '../connect/complete-connect.js'
import { startConnect } from '../connect/start-connect.js'
import { localStorageTransactions } from '../connect/web-storage-transactions.js'
import { type ConnectionReference, connectionName } from '../connections/define-connections.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { unlessAborted } from '../http/abort.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { completeConnectInPage } from './callback-page.js'
import { flowName, popupTransactions } from './popup-flow.js'
import { closePopup, popupBlocked, popupToStart } from './popup-window.js'
import { fromThisPage, type PageConnectOptions } from './redirect.js'

/** Options of {@link connectInPopup}. The `transactions` are also read by the callback page. */
export interface PopupConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends PageConnectOptions<Reference> {
  /** Completes the flow when it is back; by default `completeConnectInPage`, once. A place for retries. */
  complete?: ((completion: PopupCompletion) => Promise<CompletedConnect>) | undefined
}

/** What completes a flow that is back. */
export type PopupCompletion = CompleteConnectOptions & { callbackUrl: string }

/**
 * Connects an account in a popup, whose callback page runs `handleConnectCallback`. Call it in a click. Resolves when the
 * flow is back and completed; a window that the person closes leaves it waiting, as a page cannot tell.
 *
 * Throws `ConnectFlowError` `popup_blocked` or `third_party_iframe` where no window opens, with nothing sent; `cancelled`
 * after `currentPopup()?.cancel()` or another call; `expired` when its time is over; and what `startConnect` and
 * `completeConnect` throw. A flow that is over here is not completed later, though its window may go on.
 */
export async function connectInPopup<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  {
    complete,
    transactions = localStorageTransactions(),
    ...options
  }: PopupConnectOptions<Reference>,
): Promise<CompletedConnect> {
  const { user, signal } = options
  const popup = popupToStart(user)
  const { giveUp, window: opened } = popup
  const abort = () => giveUp.abort(signal?.reason)
  try {
    if (!opened) throw popupBlocked(connectionName(options.connection))
    signal?.throwIfAborted()
    signal?.addEventListener('abort', abort)
    const { state, url, expiresAt } = await startConnect(client, {
      ...fromThisPage(options),
      signal: giveUp.signal,
      transactions: popupTransactions(transactions),
    })
    // Held until the flow is over: while it is, the callback page waits.
    return await navigator.locks.request(flowName(state), async () => {
      const { callbackUrl, ignore } = nextCallback(state)
      const expiry = setTimeout(() => giveUp.abort(expired(options)), expiresAt - Date.now())
      try {
        opened.location.replace(url)
        popup.isStarting = false
        const completion = {
          callbackUrl: await unlessAborted(callbackUrl, giveUp.signal),
          transactions,
          user,
          signal: giveUp.signal,
        }
        const completed = complete
          ? complete(completion)
          : completeConnectInPage(client, completion)
        return await unlessAborted(completed, giveUp.signal)
      } catch (error) {
        await transactions.delete(state) // so that the callback page does not complete what is over here
        throw error
      } finally {
        clearTimeout(expiry)
        ignore()
      }
    })
  } finally {
    signal?.removeEventListener('abort', abort)
    closePopup(popup)
  }
}

/** The callback URL that the callback page hands over, if it is that of the flow; and what ends the waiting for it. */
function nextCallback(state: string) {
  const channel = new BroadcastChannel(flowName(state))
  const callbackUrl = new Promise<string>((resolve) => {
    channel.addEventListener('message', ({ data }) => {
      if (callbackState(data) === state) resolve(data)
    })
  })
  return { callbackUrl, ignore: () => channel.close() }
}

function expired({ connection, ...options }: PageConnectOptions): ConnectFlowError {
  return new ConnectFlowError('expired', {
    ...options,
    connection: connectionName(connection),
    message: 'This flow has expired: start again.',
  })
}
