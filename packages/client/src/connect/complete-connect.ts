import type { Middleware } from 'openapi-fetch'
import type { Abortable, CompletedConnectedAccount, ConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { isMyAccountApiError } from '../errors/my-account-api-error.js'
import { unlessAborted } from '../http/abort.js'
import { wasSent } from '../http/fetch.js'
import { isReturnTo } from '../http/url.js'
import { iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { isCompletedConnectedAccount } from '../my-account/guards.js'
import { unwrap } from '../my-account/unwrap.js'
import { type Callback, parseCallback } from './callback-url.js'
import {
  checkStore,
  type PendingTransaction,
  type Transaction,
  type TransactionStore,
} from './transactions.js'

/** Options of {@link completeConnect}. */
export interface CompleteConnectOptions extends Abortable {
  /** The whole URL that the browser came back to. */
  callbackUrl: string | URL
  /** The store that `startConnect` was given. */
  transactions: TransactionStore
  /** The logged-in user; must be the one who started the flow, where `startConnect` was told who that is. */
  user?: string | undefined
}

/** What {@link completeConnect} answers. */
export interface CompletedConnect {
  account: CompletedConnectedAccount
  appState?: unknown
  returnTo?: string | undefined
  /** Id of the account that was to be connected again; where `account` has another, the person chose another one. */
  reconnectAccountId?: string | undefined
}

/** Completions under way, by state. */
const underway = new Map<string, Abortable & { completed: Promise<CompletedConnect> }>()

/**
 * Completes the flow that a callback URL belongs to, once: an effect that runs twice shares one completion, and tabs take
 * turns by Web Locks where the runtime has them. Calling it again with the same URL gives the same account until the
 * transaction expires; after a network failure it resumes. Where an earlier answer was lost and the code is used up, the
 * one account of the connection that was not there at the start is the one that was connected.
 *
 * Throws `ConnectFlowError`: `not_a_callback`, `unknown_state`, `user_mismatch` and `missing_connect_code` (nothing sent,
 * the transaction kept), `access_denied` and `provider_error` (refused at the provider), `expired`, `storage_unavailable`,
 * and `outcome_unknown` where an earlier answer was lost and the accounts do not tell either.
 * Throws `MyAccountApiError` where the server refuses.
 */
export async function completeConnect(
  client: ConnectedAccountsClient,
  { callbackUrl, ...options }: CompleteConnectOptions,
): Promise<CompletedConnect> {
  checkStore(options.transactions)
  const completion = { ...options, ...parseCallback(callbackUrl), client }
  const { signal, state } = completion
  for (;;) {
    // Before anything is shared: who may not complete the flow does not get its answer either.
    await findTransaction(completion)
    signal?.throwIfAborted()
    const other = underway.get(state)
    if (!other) return start(completion)
    try {
      return await unlessAborted(other.completed, signal)
    } catch (error) {
      if (!other.signal?.aborted || signal?.aborted) throw error // else it was given up by its caller, not by this one
    }
  }
}

interface Completion extends Omit<CompleteConnectOptions, 'callbackUrl'>, Callback {
  client: ConnectedAccountsClient
}

type Pending = Transaction & { pending: PendingTransaction }

function start(completion: Completion): Promise<CompletedConnect> {
  const { state, signal } = completion
  const completed = takeTurn(completion).finally(() => underway.delete(state))
  underway.set(state, { completed, signal })
  return completed
}

/** Completes while no other tab does. */
async function takeTurn(completion: Completion): Promise<CompletedConnect> {
  const { state, signal } = completion
  const complete = () => completeNow(completion)
  const locks = globalThis.navigator?.locks
  if (!locks) return complete()
  return locks.request(`connected-accounts.${state}`, signal ? { signal } : {}, complete)
}

async function findTransaction({ transactions, state, user }: Completion): Promise<Transaction> {
  const transaction = await transactions.get(state)
  // A result is forgotten once it has expired, and a returnTo that startConnect would have refused is not from there.
  if (
    !transaction ||
    (transaction.account && isExpired(transaction)) ||
    !isReturnTo(transaction.returnTo, transaction.redirectUri)
  ) {
    throw new ConnectFlowError('unknown_state', {
      message: 'This flow was started in another browser, or is long over: start again.',
    })
  }
  if (transaction.user !== undefined && transaction.user !== user) {
    const message = 'Another user started this flow: log in as that user.'
    throw new ConnectFlowError('user_mismatch', { ...transaction, message })
  }
  return transaction
}

async function completeNow(completion: Completion): Promise<CompletedConnect> {
  const transaction = await findTransaction(completion)
  const { account, pending } = transaction
  if (account) return completedConnect(transaction, account)
  const connectCode = await codeOf(completion, transaction)
  if (!pending || (isExpired(transaction) && !pending.attempted)) {
    const message = 'This flow has expired: start again.'
    return fail(completion, new ConnectFlowError('expired', { ...transaction, message }))
  }
  const started = { ...transaction, pending }
  return isExpired(transaction)
    ? recover(completion, started)
    : send(completion, started, connectCode)
}

/** The code that came back; throws where there is none. */
async function codeOf(completion: Completion, transaction: Transaction): Promise<string> {
  const { params } = completion
  const error = params.get('error')
  if (error) {
    const description = params.get('error_description')
    const code = error === 'access_denied' ? error : 'provider_error'
    const message = description ? `${error}: ${description}` : error
    return fail(completion, new ConnectFlowError(code, { ...transaction, error, message }))
  }
  const connectCode = params.get('connect_code')
  if (connectCode) return connectCode
  const message = 'The callback URL has no connect_code.'
  throw new ConnectFlowError('missing_connect_code', { ...transaction, message })
}

async function send(completion: Completion, transaction: Pending, connectCode: string) {
  const { pending, redirectUri } = transaction
  const { client, signal } = completion
  // Noted before it is sent: who finds the note later knows that a used-up code may have been used up by us.
  await keep(completion, { ...transaction, pending: { ...pending, attempted: true } })
  let request: Request | undefined
  const noteRequest: Middleware = {
    onRequest(call) {
      request = call.request
    },
  }
  try {
    const call = client.POST('/connected-accounts/complete', {
      body: {
        auth_session: pending.authSession,
        connect_code: connectCode,
        redirect_uri: redirectUri,
        code_verifier: pending.codeVerifier,
      },
      middleware: [noteRequest],
      parseAs: 'text',
      signal: signal ?? null,
    })
    return await connected(completion, transaction, await unwrap(call, isCompletedConnectedAccount))
  } catch (error) {
    if (!request || !wasSent(request)) await keep(completion, transaction)
    return settle(completion, transaction, error)
  }
}

/** Decides what a failed attempt leaves behind, and which error says it. */
async function settle(completion: Completion, transaction: Pending, error: unknown) {
  if (!isMyAccountApiError(error) || error.code === 'unexpected_response') throw error
  const { status, response } = error
  if ([401, 403, 415, 429].includes(status) || response.headers.has('www-authenticate')) {
    await keep(completion, transaction) // refused at the door: nothing was used up
  } else if (status < 500) {
    return transaction.pending.attempted
      ? recover(completion, transaction, { cause: error })
      : fail(completion, error)
  }
  throw error
}

/** After an answer that was lost: the account is connected if exactly one was not there at the start. */
async function recover(completion: Completion, transaction: Pending, why: ErrorOptions = {}) {
  const { client, signal } = completion
  const { connection, pending } = transaction
  const added: ConnectedAccount[] = []
  if (pending.accountIds) {
    for await (const account of iterateConnectedAccounts(client, { connection, signal })) {
      if (!pending.accountIds.includes(account.id)) added.push(account)
    }
  }
  const [account, another] = added
  if (account && !another) return connected(completion, transaction, account)
  const message =
    'An earlier attempt had no answer, so the account may be connected: list the accounts.'
  return fail(
    completion,
    new ConnectFlowError('outcome_unknown', { ...transaction, ...why, message }),
  )
}

async function keep({ transactions, state }: Completion, record: Transaction): Promise<void> {
  await transactions.set(state, record, { expiresAt: record.expiresAt })
}

/** Ends the flow without an account. */
async function fail({ transactions, state }: Completion, error: Error): Promise<never> {
  await transactions.delete(state)
  throw error
}

/** Keeps the account in place of what completed the flow. */
async function connected(
  completion: Completion,
  { pending: _, ...transaction }: Pending,
  account: CompletedConnectedAccount,
): Promise<CompletedConnect> {
  try {
    await keep(completion, { ...transaction, account })
  } catch {
    // The account is connected, which matters more than showing it again after a reload; the verifier goes in any case.
    await completion.transactions.delete(completion.state)
  }
  return completedConnect(transaction, account)
}

function isExpired({ expiresAt }: Transaction): boolean {
  return expiresAt <= Date.now()
}

function completedConnect(
  { appState, returnTo, reconnectAccountId }: Transaction,
  account: CompletedConnectedAccount,
): CompletedConnect {
  return { account, appState, returnTo, reconnectAccountId }
}
