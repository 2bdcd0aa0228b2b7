import type { Abortable, CompletedConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { isMyAccountApiError, type MyAccountApiError } from '../errors/my-account-api-error.js'
import { unlessAborted, withAbortController } from '../http/abort.js'
import { wasSent } from '../http/fetch.js'
import { runAlone } from '../mutex.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { isCompletedConnectedAccount } from '../my-account/guards.js'
import { unwrap } from '../my-account/unwrap.js'
import { type Callback, parseCallback, readResult } from './callback-url.js'
import {
  type Attempt,
  accountIn,
  COMPLETED,
  observe,
  outcomeUnknown,
  recoverLostAnswer,
  rememberFlow,
} from './lost-answer.js'
import {
  checkStore,
  findTransaction,
  isExpired,
  keepOutcome,
  type PendingTransaction,
  type Transaction,
  type TransactionStore,
  tryStore,
} from './transactions.js'

/** Options of {@link completeConnect}. */
export interface CompleteConnectOptions extends Abortable {
  /** The whole URL that the browser came back to. */
  callbackUrl: string | URL
  /** The store that was passed to `startConnect`. */
  transactions: TransactionStore
  /** The logged-in user. If `startConnect` was given a user, only that user can complete the flow. */
  user?: string | undefined
}

/** The result of {@link completeConnect}. */
export interface CompletedConnect {
  account: CompletedConnectedAccount
  appState?: unknown
  returnTo?: string | undefined
  /** Id of the account that was to be connected again. If `account` has another id, the user chose another account. */
  reconnectAccountId?: string | undefined
  /** The `login_hint` that the flow was started with. The user may have chosen another account. */
  loginHint?: string | undefined
}

/**
 * Completes the flow that a callback URL belongs to. You can safely call it twice: calls at the same time share one completion,
 * and tabs take turns by Web Locks. Later calls return the same account until the transaction expires, and after a network
 * failure the next call resumes. If the answer was lost and the code is used up, it lists the connection's accounts and returns
 * the only one that is new since the start of the flow, unless another flow can have connected it.
 *
 * @throws {ConnectFlowError} `not_a_callback`, when the URL is not the callback of a connect flow.
 * @throws {ConnectFlowError} `unknown_state`, when the store has no transaction for the callback.
 * @throws {ConnectFlowError} `user_mismatch`, when another user started the flow; the transaction is kept.
 * @throws {ConnectFlowError} `missing_connect_code`, when the URL has no code; the transaction is kept.
 * @throws {ConnectFlowError} `access_denied` or `provider_error`, when the flow was refused at the provider and no answer was lost.
 * @throws {ConnectFlowError} `expired`, when the user came back too late and no answer was lost.
 * @throws {ConnectFlowError} `outcome_unknown`, when an earlier answer was lost, or may have been, and the list does not show which account is the flow's.
 * @throws {ConnectFlowError} `storage_unavailable`, when the browser refuses to keep the transaction.
 * @throws {MyAccountApiError} when the server refuses.
 * @throws {DOMException} `TimeoutError`, when it takes longer than the client's `timeout`, including the wait for other tabs. A store
 * that hangs while the attempt is saved may add up to 3 seconds. The next call resumes.
 *
 * @example
 * ```ts
 * const { account, returnTo } = await completeConnect(client, {
 *   callbackUrl: window.location.href,
 *   transactions: sessionStorageTransactions(),
 *   user: user.sub,
 * })
 * ```
 */
export async function completeConnect(
  client: ConnectedAccountsClient,
  { callbackUrl, signal, ...options }: CompleteConnectOptions,
): Promise<CompletedConnect> {
  checkStore(options.transactions)
  const callback = parseCallback(callbackUrl)
  const { timeout } = client
  return withAbortController({ signal, timeout }, (abort) =>
    completeOnce({ ...options, callback, client, state: callback.state, signal: abort.signal }),
  )
}

/** One call of {@link completeConnect}; its signal also aborts when the time is over. */
interface Completion {
  client: ConnectedAccountsClient
  callback: Callback
  state: string
  transactions: TransactionStore
  user?: string | undefined
  signal: AbortSignal
}

/** Completions that run now, by state. */
const running = new Map<string, { completed: Promise<CompletedConnect>; signal: AbortSignal }>()

async function completeOnce(completion: Completion): Promise<CompletedConnect> {
  const { signal, state } = completion
  for (;;) {
    // Checked before a result is shared, because a caller who may not complete the flow must not get its result.
    await findTransaction(completion)
    signal.throwIfAborted()
    const other = running.get(state)
    if (!other) return run(completion)
    try {
      return await unlessAborted(other.completed, signal)
    } catch (error) {
      // If only the other caller has aborted, this call completes the flow itself.
      if (!other.signal.aborted || signal.aborted) throw error
    }
  }
}

function run(completion: Completion): Promise<CompletedConnect> {
  const { state, signal } = completion
  const lock = `connected-accounts.${state}`
  const completed = runAlone(lock, () => completeNow(completion), { signal }).finally(() =>
    running.delete(state),
  )
  running.set(state, { completed, signal })
  return completed
}

/** A transaction that can still be completed. */
type Pending = Transaction & { pending: PendingTransaction }

/** Completes a flow while no other call and no other tab does. */
async function completeNow(completion: Completion): Promise<CompletedConnect> {
  const transaction = await findTransaction(completion)
  const { account, pending } = transaction
  if (account) return completedConnect(transaction, account)
  if (!pending) throw outcomeUnknown(transaction)
  const flow = { ...transaction, pending }
  const result = readResult(completion.callback, flow)
  if ('refusal' in result) return handleRefusal(completion, flow, result.refusal)
  if (isExpired(flow)) return handleRefusal(completion, flow, expired(flow))
  return postCompletion(completion, flow, result.connectCode)
}

function expired(transaction: Transaction): ConnectFlowError {
  const message = 'The user came back too late, so this flow has expired. Start a new one.'
  return new ConnectFlowError('expired', { ...transaction, message })
}

/** Ends a flow that cannot go on, without sending anything. If an answer was lost, the refusal does not hide the account. */
function handleRefusal(
  completion: Completion,
  transaction: Pending,
  refusal: Error,
): Promise<CompletedConnect> {
  const { attempted } = transaction.pending
  return attempted ? recover(completion, transaction, refusal) : endFlow(completion, refusal)
}

async function postCompletion(
  completion: Completion,
  transaction: Pending,
  connectCode: string,
): Promise<CompletedConnect> {
  const { client, signal } = completion
  const { pending, redirectUri } = transaction
  // Saved before the request is sent, so that a later call knows that this flow may have used the code up.
  const attempted = { ...transaction, pending: { ...pending, attempted: true } }
  await saveAttempt(completion, { attempted, transaction })
  const attempt: Attempt = {}
  try {
    const call = client.POST('/connected-accounts/complete', {
      body: {
        auth_session: pending.authSession,
        connect_code: connectCode,
        redirect_uri: redirectUri,
        code_verifier: pending.codeVerifier,
      },
      parseAs: 'text',
      signal,
      middleware: [observe(attempt)],
    })
    const account = await unlessAborted(
      unwrap(call, isCompletedConnectedAccount, ...COMPLETED),
      signal,
    )
    return finishFlow(completion, transaction, account)
  } catch (error) {
    const account = await accountIn(attempt.answer)
    if (account) return finishFlow(completion, transaction, account)
    return handleFailure(completion, transaction, { error, ...attempt })
  }
}

/** Decides what a failed attempt leaves behind, and which error reports it. */
async function handleFailure(
  completion: Completion,
  transaction: Pending,
  { error, request }: Attempt & { error: unknown },
): Promise<CompletedConnect> {
  const isUnsent = request !== undefined && !wasSent(request)
  if (isUnsent || isRefusedUnread(error)) {
    await takeBackAttempt(completion, transaction) // the code is not used up
    throw error
  }
  if (isRefusal(error)) return recover(completion, transaction, error)
  throw error
}

/** Returns true if the server has refused a request for good. @internal */
export function isRefusal(error: unknown): error is MyAccountApiError {
  const isDefinite = isMyAccountApiError(error) && error.code !== 'unexpected_response'
  return isDefinite && error.status < 500
}

/** Returns true if the server refused a request before it looked at the code. @internal */
export function isRefusedUnread(error: unknown): boolean {
  if (!isMyAccountApiError(error) || error.code === 'unexpected_response') return false
  const { status, response } = error
  return [401, 403, 415, 429].includes(status) || response.headers.has('www-authenticate')
}

/** Looks for the account among those that are new, after an answer that was lost or a code that was refused. */
async function recover(
  completion: Completion,
  transaction: Pending,
  refusal: Error,
): Promise<CompletedConnect> {
  const { client, signal, transactions } = completion
  const account = await unlessAborted(
    recoverLostAnswer(client, { ...completion, transaction }),
    signal,
  )
  if (account) return finishFlow(completion, transaction, account)
  if (!transaction.pending.attempted && !transactions.isLossy) return endFlow(completion, refusal)
  await keepOutcome(completion, transaction)
  throw outcomeUnknown(transaction, refusal)
}

async function saveTransaction(
  { client, transactions, state }: Completion,
  record: Pending,
): Promise<void> {
  rememberFlow(client, state, record)
  await transactions.set(state, record, { expiresAt: record.expiresAt })
}

/**
 * Saves an attempted transaction before the attempt. An abort ends the waiting, but not before the store has ended: a record
 * that is saved later could complete a flow that was given up.
 */
async function saveAttempt(
  completion: Completion,
  { attempted, transaction }: { attempted: Pending; transaction: Pending },
): Promise<void> {
  const saving = saveTransaction(completion, attempted)
  try {
    await unlessAborted(saving, completion.signal)
  } catch (error) {
    if (await tryStore(() => saving)) await takeBackAttempt(completion, transaction)
    throw error
  }
}

/** Saves the transaction as it was before an attempt that reached nobody, unless the flow was given up meanwhile. */
async function takeBackAttempt(completion: Completion, transaction: Pending): Promise<void> {
  const { transactions, state } = completion
  await tryStore(async () => {
    if ((await transactions.get(state))?.pending) await saveTransaction(completion, transaction)
  })
}

/** Ends the flow, which has connected nothing. */
async function endFlow({ client, transactions, state }: Completion, error: Error): Promise<never> {
  rememberFlow(client, state, undefined)
  await tryStore(() => transactions.delete(state))
  throw error
}

/** Ends the flow with its account, which replaces what completed it. */
async function finishFlow(
  completion: Completion,
  transaction: Pending,
  account: CompletedConnectedAccount,
): Promise<CompletedConnect> {
  const outcome = { ...transaction, account }
  rememberFlow(completion.client, completion.state, outcome)
  await keepOutcome(completion, outcome)
  return completedConnect(transaction, account)
}

function completedConnect(
  { appState, returnTo, reconnectAccountId, loginHint }: Transaction,
  account: CompletedConnectedAccount,
): CompletedConnect {
  return { account, appState, returnTo, reconnectAccountId, loginHint }
}
