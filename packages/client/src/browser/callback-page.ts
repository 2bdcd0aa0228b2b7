import { callbackState, POPUP_STATE_PREFIX } from '../connect/callback-url.js'
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
import type { Abortable, CompletedConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { unlessAborted, wait, within } from '../http/abort.js'
import { retryDelay } from '../http/retry.js'
import { runAlone } from '../mutex.js'
import { iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { tellOtherTabs } from './tabs.js'

/** Options of {@link completeConnectInPage}. */
export interface CompleteConnectInPageOptions extends Omit<CompleteConnectOptions, 'transactions'> {
  /** The store that the flow was started with; by default `sessionStorageTransactions()`. */
  transactions?: TransactionStore | undefined
  /** Pass `isRepeated` of the {@link PendingCallback}. If it is true, the account must still be connected. */
  isRepeated?: boolean | undefined
}

/**
 * Completes a flow as `completeConnect` does, and tells the user's other tabs. Tries again as `retryDelay` says after a
 * failure that may pass, and waits while the browser is offline. An abort of `signal` ends the waiting.
 *
 * @throws {ConnectFlowError} any code of `completeConnect`; also `unknown_state`, when a repeated callback's account is gone.
 * @throws {MyAccountApiError} when the server refuses.
 *
 * @example
 * ```ts
 * const callback = getPendingCallback()
 * if (callback) {
 *   callback.clear()
 *   const { account } = await completeConnectInPage(client, { callbackUrl: callback.url, user: user.sub })
 *   show(`Connected to ${account.connection}.`)
 * }
 * ```
 */
export async function completeConnectInPage(
  client: ConnectedAccountsClient,
  {
    transactions = sessionStorageTransactions(),
    isRepeated = false,
    ...options
  }: CompleteConnectInPageOptions,
): Promise<CompletedConnect> {
  const { user, signal } = options
  return retried(async () => {
    const completed = await completeConnect(client, { ...options, transactions })
    if (isRepeated) await checkIsListed(client, completed.account, signal)
    else tellOtherTabs({ client, user }, completed.account.connection)
    return completed
  }, signal)
}

async function checkIsListed(
  client: ConnectedAccountsClient,
  { id, connection }: CompletedConnectedAccount,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const account of iterateConnectedAccounts(client, { connection, signal })) {
    if (account.id === id) return
  }
  const message = 'The account of this callback is no longer connected, so the callback is over.'
  throw new ConnectFlowError('unknown_state', { connection, message })
}

async function retried<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    await untilOnline(signal)
    try {
      return await work()
    } catch (error) {
      const delay = error instanceof Error ? retryDelay(failures, error) : Number.POSITIVE_INFINITY
      if (signal?.aborted || delay === Number.POSITIVE_INFINITY) throw error
      await wait(delay, signal)
    }
  }
}

async function untilOnline(signal: AbortSignal | undefined): Promise<void> {
  if (globalThis.navigator?.onLine !== false) return // undefined outside of browsers
  let stop = () => {}
  const online = new Promise<unknown>((resolve) => {
    globalThis.addEventListener('online', resolve)
    stop = () => globalThis.removeEventListener('online', resolve)
  })
  await unlessAborted(online, signal).finally(stop)
}

/** Options of {@link handleConnectCallback}. */
export interface HandleConnectCallbackOptions extends Abortable {
  /** Asks for an access token only if the page that opened this one is gone. */
  client: ConnectedAccountsClient
  /** The store that the popup's flow was started with; by default `localStorageTransactions()`. */
  transactions?: TransactionStore | undefined
}

/** Names the lock that the opener of a popup holds while its flow runs, and the channel of the two pages. @internal */
export function popupFlowName(state: string): string {
  return `connected-accounts.popup.${state}`
}

/** The message that the opener sends when it has completed or cancelled the flow. @internal */
export const OPENER_IS_DONE = 'done'

/** How long a page stays after it has closed its window, in milliseconds. */
const CLOSING = 300

/** How long the callback page waits for its opener in a browser without Web Locks, in milliseconds. */
const OPENER_TIMEOUT = 10_000

/**
 * Does all the work of a popup's callback page, and shows nothing. It sends the callback to the page that opened the popup,
 * waits until that page has completed the flow, and closes the window. If that page is gone, it completes the flow itself
 * from the stored transaction. Call it first on the page at `redirectUri`.
 *
 * @returns False, at once, if the page is not the callback of a popup: start your application. True if everything is done and
 * the browser did not close the window: tell the user that they can close it.
 * @throws {ConnectFlowError} any code of `completeConnect`, if the opener is gone. After a network failure, a reload resumes.
 * @throws {MyAccountApiError} when the server refuses, if the opener is gone.
 *
 * @example
 * ```ts
 * if (await handleConnectCallback({ client })) show('You can close this window.')
 * else startApplication()
 * ```
 */
export async function handleConnectCallback({
  client,
  transactions = localStorageTransactions(),
  signal,
}: HandleConnectCallbackOptions): Promise<boolean> {
  const callbackUrl = window.location.href
  const state = callbackState(callbackUrl)
  // The prefix alone proves nothing: whoever made the URL chose it.
  if (!state?.startsWith(POPUP_STATE_PREFIX) || !(await transactions.get(state))) return false
  await handOver(callbackUrl, state, signal)
  // The opener holds this lock until it is done or closed.
  const completeIfPending = async () => {
    const transaction = await transactions.get(state)
    if (!transaction?.pending) return
    const { user } = transaction // this page may not know the user; the server refuses the token of another
    await completeConnectInPage(client, { callbackUrl, transactions, user, signal })
  }
  await runAlone(popupFlowName(state), completeIfPending, { signal })
  window.close()
  await wait(CLOSING, undefined) // a page runs on for a moment after its window was closed
  return true
}

/** Sends the callback to the opener. Without Web Locks it also waits for the opener's answer, which the lock replaces. */
async function handOver(
  callbackUrl: string,
  state: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const channel = new BroadcastChannel(popupFlowName(state))
  const done = new Promise<void>((resolve) => {
    channel.addEventListener('message', ({ data }) => data === OPENER_IS_DONE && resolve())
  })
  try {
    channel.postMessage(callbackUrl)
    if (navigator.locks) return
    // If the opener does not answer in time, it is gone.
    await unlessAborted(
      within(done, OPENER_TIMEOUT).catch(() => undefined),
      signal,
    )
  } finally {
    channel.close()
  }
}
