import {
  type ConnectedAccountsClient,
  completeConnect,
  isConnectCallback,
  localStorageTransactions,
  type TransactionStore,
} from '@connected-accounts/client'
import { callbackState } from './callback-url.js'
import { flowName, isOfPopup } from './popup-flow.js'
import { tellOtherTabs } from './refresh.js'

/** Options of {@link handleConnectCallback}. */
export interface HandleConnectCallbackOptions {
  /** Asked for a token only if the page that opened this one is gone. */
  client: ConnectedAccountsClient
  /** The store of `ConnectedAccountsProvider`, where that was given one; by default `localStorageTransactions()`. */
  transactions?: TransactionStore | undefined
}

const CLOSING = 300

/**
 * The whole callback page of a popup: hands the callback to the page that opened it, waits until that has completed the
 * flow, and closes the window. If that page is gone, completes the flow itself from the stored transaction. Shows nothing.
 *
 * Answers true where all is done and yet the window could not be closed: say that it can be. Answers false, at once, where
 * the page is no callback of a popup: go on as usual.
 * Throws what `completeConnect` throws, where the opener is gone; a reload after a network failure resumes.
 */
export async function handleConnectCallback({
  client,
  transactions = localStorageTransactions(),
}: HandleConnectCallbackOptions): Promise<boolean> {
  const callbackUrl = window.location.href
  const state = callbackState(callbackUrl)
  if (!isConnectCallback(callbackUrl) || state === undefined) return false
  const transaction = await transactions.get(state)
  if (!transaction || !isOfPopup(transaction)) return false
  const channel = new BroadcastChannel(flowName(state))
  channel.postMessage(callbackUrl)
  channel.close()
  // The opener lets go of the lock when it is done, which is its acknowledgement, or by being closed.
  await navigator.locks.request(flowName(state), async () => {
    const left = await transactions.get(state)
    if (!left?.pending) return
    const { user } = left // this page may know of none; the server refuses the token of another
    const { account } = await completeConnect(client, { callbackUrl, transactions, user })
    tellOtherTabs({ client, user }, account.connection)
  })
  window.close()
  await new Promise((resolve) => setTimeout(resolve, CLOSING)) // the page goes on for a moment where it is closed
  return true
}
