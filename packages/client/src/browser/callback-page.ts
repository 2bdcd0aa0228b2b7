import { callbackState } from '../connect/callback-url.js'
import {
  type CompleteConnectOptions,
  type CompletedConnect,
  completeConnect,
} from '../connect/complete-connect.js'
import type { TransactionStore } from '../connect/transactions.js'
import {
  localStorageTransactions,
  sessionStorageTransactions,
} from '../connect/web-storage-transactions.js'
import type { Abortable } from '../contract/types.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { flowName, isOfPopup } from './popup-flow.js'
import { tellOtherTabs } from './tabs.js'

/** Options of {@link completeConnectInPage}. */
export interface CompleteConnectInPageOptions extends Omit<CompleteConnectOptions, 'transactions'> {
  /** The store that the flow was started with; by default `sessionStorageTransactions()`. */
  transactions?: TransactionStore | undefined
}

/** Completes a flow as `completeConnect` does, and has the user's other tabs know it. */
export async function completeConnectInPage(
  client: ConnectedAccountsClient,
  { transactions = sessionStorageTransactions(), ...options }: CompleteConnectInPageOptions,
): Promise<CompletedConnect> {
  const completed = await completeConnect(client, { ...options, transactions })
  tellOtherTabs({ client, user: options.user }, completed.account.connection)
  return completed
}

/** Options of {@link handleConnectCallback}. */
export interface HandleConnectCallbackOptions extends Abortable {
  /** Asked for a token only if the page that opened this one is gone. */
  client: ConnectedAccountsClient
  /** The store that the popup's flow was started with; by default `localStorageTransactions()`. */
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
  signal,
}: HandleConnectCallbackOptions): Promise<boolean> {
  const callbackUrl = window.location.href
  const state = callbackState(callbackUrl)
  const transaction = state !== undefined && (await transactions.get(state))
  if (!transaction || !isOfPopup(transaction)) return false
  const channel = new BroadcastChannel(flowName(state))
  channel.postMessage(callbackUrl)
  channel.close()
  // The opener lets go of the lock when it is done, which is its acknowledgement, or by being closed.
  await navigator.locks.request(flowName(state), signal ? { signal } : {}, async () => {
    const left = await transactions.get(state)
    if (!left?.pending) return
    const { user } = left // this page may know of none; the server refuses the token of another
    await completeConnectInPage(client, { callbackUrl, transactions, user, signal })
  })
  window.close()
  await new Promise((resolve) => setTimeout(resolve, CLOSING)) // the page goes on for a moment where it is closed
  return true
}
