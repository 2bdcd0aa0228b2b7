import { unwrap } from './answer.js'
import { type Callback, parseCallback } from './callback.js'
import type { ConnectedAccountsClient } from './client.js'
import { ConnectFlowError, type ConnectFlowErrorCode, isMyAccountApiError } from './errors.js'
import { isCompletedConnectedAccount } from './shape.js'
import type { PendingTransaction, Transaction, TransactionStore } from './transactions.js'
import type { Abortable, CompletedConnectedAccount } from './types.js'

/** Options of {@link completeConnect}. */
export interface CompleteConnectOptions extends Abortable {
  /** The whole URL that the browser came back to. */
  callbackUrl: string | URL
  /** The store that `startConnect` was given. */
  transactions: TransactionStore
  /** The logged-in user. */
  user?: string | undefined
}

/** What {@link completeConnect} answers. */
export interface CompletedConnect {
  account: CompletedConnectedAccount
  appState?: unknown
  returnTo?: string
}

/** Completions under way, by state and user: an effect that runs twice completes once. */
const underway = new Map<string, Promise<CompletedConnect>>()

/**
 * Completes the flow that a callback URL belongs to. Calling it again with the same URL gives the same account, until
 * the transaction expires; after a network failure it resumes.
 *
 * Throws `ConnectFlowError`: `not_a_callback`, `unknown_state`, `user_mismatch` and `missing_connect_code` (nothing sent,
 * the transaction kept), `access_denied` and `provider_error` (refused at the provider), `expired`, and
 * `outcome_unknown` where an earlier attempt got no answer and the code is used up now: list the accounts to see.
 * Throws `MyAccountApiError` where the server refuses.
 */
export async function completeConnect(
  client: ConnectedAccountsClient,
  { callbackUrl, transactions, user, signal }: CompleteConnectOptions,
): Promise<CompletedConnect> {
  const callback = parseCallback(callbackUrl)
  const key = JSON.stringify([callback.state, user])
  const running = underway.get(key)
  if (running) return running
  const completion = complete(client, { callback, transactions, user, signal })
  underway.set(key, completion)
  try {
    return await completion
  } finally {
    underway.delete(key)
  }
}

interface Completion extends Omit<CompleteConnectOptions, 'callbackUrl'> {
  callback: Callback
}

async function complete(client: ConnectedAccountsClient, completion: Completion) {
  const { callback, transactions, user, signal } = completion
  const { state } = callback
  const transaction = await transactions.get(state)
  if (!transaction) throw unknownState()
  if (user !== undefined && transaction.user !== undefined && user !== transaction.user) {
    throw flowError(
      transaction,
      'user_mismatch',
      'Another user started this flow; log in as that user to complete it.',
    )
  }
  if (transaction.account) return completedConnect(transaction, transaction.account)
  const { connectCode, pending } = await checkCallback(completion, transaction)
  // Noted before it is sent: who finds the note later knows that a used-up code may have been used up by us.
  await keep(completion, { ...transaction, pending: { ...pending, attempted: true } })
  try {
    const call = client.POST('/connected-accounts/complete', {
      body: {
        auth_session: pending.authSession,
        connect_code: connectCode,
        redirect_uri: transaction.redirectUri,
        code_verifier: pending.codeVerifier,
      },
      parseAs: 'text',
      signal: signal ?? null,
    })
    const account = await unwrap(call, isCompletedConnectedAccount)
    await keepResult(completion, transaction, account)
    return completedConnect(transaction, account)
  } catch (error) {
    throw await settle(completion, transaction, error)
  }
}

/** The code and what was kept for it; throws where the callback cannot be completed. */
async function checkCallback({ callback, transactions }: Completion, transaction: Transaction) {
  const { state, error, errorDescription, connectCode } = callback
  const { pending, expiresAt } = transaction
  if (error) {
    await transactions.delete(state)
    const code = error === 'access_denied' ? 'access_denied' : 'provider_error'
    const message = errorDescription ? `${error}: ${errorDescription}` : error
    throw flowError(transaction, code, message, { error })
  }
  if (!connectCode) {
    throw flowError(transaction, 'missing_connect_code', 'The callback URL has no connect_code.')
  }
  if (!pending || expiresAt <= Date.now()) {
    await transactions.delete(state)
    throw flowError(transaction, 'expired', 'The time to complete this flow is over; start again.')
  }
  return { connectCode, pending }
}

/** Decides what a failed attempt leaves behind, and which error says it. */
async function settle(completion: Completion, transaction: Transaction, error: unknown) {
  if (!isMyAccountApiError(error)) return error
  const { status, code } = error
  if (code !== 'unexpected_response' && [401, 403, 429].includes(status)) {
    await keep(completion, transaction) // refused before it was looked at: nothing was used up
    return error
  }
  if (code === 'unexpected_response' || ![400, 404, 409].includes(status)) return error
  await completion.transactions.delete(completion.callback.state)
  if (!transaction.pending?.attempted) return error
  const message =
    'An earlier attempt had no answer, so the account may be connected: list the accounts.'
  return flowError(transaction, 'outcome_unknown', message, { cause: error })
}

async function keep({ transactions, callback }: Completion, record: Transaction): Promise<void> {
  await transactions.set(callback.state, record, { expiresAt: record.expiresAt })
}

async function keepResult(
  completion: Completion,
  { pending: _, ...transaction }: Transaction & { pending?: PendingTransaction },
  account: CompletedConnectedAccount,
): Promise<void> {
  try {
    await keep(completion, { ...transaction, account })
  } catch {
    // The account is connected, which matters more than showing it again after a reload.
  }
}

function completedConnect(
  { appState, returnTo }: Transaction,
  account: CompletedConnectedAccount,
): CompletedConnect {
  return {
    account,
    ...(appState !== undefined && { appState }),
    ...(returnTo !== undefined && { returnTo }),
  }
}

function unknownState(): ConnectFlowError {
  return new ConnectFlowError('unknown_state', {
    message:
      "No transaction has this callback's state: the flow was started in another browser, or is long over.",
  })
}

function flowError(
  { connection, appState, returnTo }: Transaction,
  code: ConnectFlowErrorCode,
  message: string,
  details: { error?: string; cause?: unknown } = {},
): ConnectFlowError {
  return new ConnectFlowError(code, { message, connection, appState, returnTo, ...details })
}
