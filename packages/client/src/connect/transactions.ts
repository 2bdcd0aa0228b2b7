import type { CompletedConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { unlessAborted, within } from '../http/abort.js'
import { isReturnTo } from '../http/url.js'

/** What is kept between the start and the completion of a connect flow, under its `state`. */
export interface Transaction {
  connection: string
  redirectUri: string
  /** The user who started the flow, if `startConnect` was told; no other user may complete it. */
  user?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  /** Id of the account that is to be connected again. */
  reconnectAccountId?: string | undefined
  /** The `login_hint` that the flow was started with. */
  loginHint?: string | undefined
  /** When the flow expires, in milliseconds since the epoch. */
  expiresAt: number
  /** What completes the flow; removed when the flow ends. A record with neither this nor `account` is `outcome_unknown`. */
  pending?: PendingTransaction
  /** The account, once it is connected, so that a reload of the callback page shows it again. */
  account?: CompletedConnectedAccount
}

/** What completes a flow. */
export interface PendingTransaction {
  /** The `auth_session` of the started flow. */
  authSession: string
  /** The PKCE verifier (RFC 7636). */
  codeVerifier: string
  /** True if a completion was sent that had no definite answer. */
  attempted: boolean
  /** Ids of the connection's accounts before the flow, if they could be listed. */
  accountIds?: string[] | undefined
}

/** What one flow may know of another one. A {@link Transaction} is one, too. It needs no secrets. */
export interface FlowNote {
  connection: string
  expiresAt: number
  /** Missing once the flow has ended. */
  pending?: Pick<PendingTransaction, 'attempted'> | undefined
  /** The account that the flow has connected. If it has ended without one, it is not known whether it connected any. */
  account?: Pick<CompletedConnectedAccount, 'id'> | undefined
}

/** Returns what other flows may know of a flow, without its secrets. @internal */
export function noteOf({ connection, expiresAt, pending, account }: FlowNote): FlowNote {
  return {
    connection,
    expiresAt,
    pending: pending && { attempted: pending.attempted },
    account: account && { id: account.id },
  }
}

/** Keeps transactions. Each method may be asynchronous. A record must survive JSON. */
export interface TransactionStore {
  /** Returns the record, even if it has expired and is still kept. */
  get(state: string): Transaction | undefined | Promise<Transaction | undefined>
  /** Keeps a record. The store may drop it some time after `expiresAt`, in milliseconds since the epoch. */
  set(state: string, record: Transaction, options: { expiresAt: number }): void | Promise<void>
  /** Deletes a record; does nothing if there is none. */
  delete(state: string): void | Promise<void>
  /**
   * Optional: returns all other records, or a {@link FlowNote} of each. With it, a flow whose answer was lost never reports an
   * account that another flow of the same browser may have connected. Without it, a flow knows only those of its page.
   */
  otherFlows?(state: string): readonly FlowNote[] | Promise<readonly FlowNote[]>
  /**
   * Optional: true if a record may be lost after it was set, as a cookie is lost with the answer that sets it. Then a code that
   * is refused may have been used by an attempt that is not known, so the flow ends with `outcome_unknown`. Default: false.
   */
  readonly isLossy?: boolean | undefined
}

/**
 * Checks that a value is a store, and not the function that creates one.
 *
 * @throws {TypeError} when the value is not a store.
 */
export function checkStore(transactions: TransactionStore): void {
  const methods = [transactions?.get, transactions?.set, transactions?.delete]
  if (methods.every((method) => typeof method === 'function')) return
  throw new TypeError('transactions must be a store, like sessionStorageTransactions().')
}

/**
 * Creates a store that keeps transactions in memory: for tests, and for programs that run until the flow is completed.
 *
 * @example
 * ```ts
 * const transactions = memoryTransactions()
 * const { url } = await startConnect(client, { connection: 'github', redirectUri, transactions })
 * // Pass the same store when the browser has come back to `callbackUrl`.
 * const { account } = await completeConnect(client, { callbackUrl, transactions })
 * ```
 */
export function memoryTransactions(): TransactionStore {
  const records = new Map<string, Transaction>()
  return {
    get: (state) => records.get(state),
    set(state, record) {
      for (const [key, { expiresAt }] of records) if (isStale(expiresAt)) records.delete(key)
      records.set(state, record)
    },
    delete(state) {
      records.delete(state)
    },
    otherFlows: (state) =>
      [...records].filter(([other]) => other !== state).map(([, record]) => record),
  }
}

/** A flow, and who asks for it. */
interface FlowOfUser {
  transactions: TransactionStore
  state: string
  user?: string | undefined
  signal: AbortSignal
}

/**
 * Finds the transaction of a flow for a user who may complete it.
 *
 * @throws {ConnectFlowError} `unknown_state`, when there is no transaction, when it has expired after its completion, or when
 * somebody has changed it.
 * @throws {ConnectFlowError} `user_mismatch`, when another user started the flow.
 */
export async function findTransaction({
  transactions,
  state,
  user,
  signal,
}: FlowOfUser): Promise<Transaction> {
  const transaction = await unlessAborted((async () => transactions.get(state))(), signal)
  const isForgotten = transaction && !transaction.pending && isExpired(transaction)
  // startConnect refuses such a returnTo, so somebody has changed the record.
  const isChanged = transaction && !isReturnTo(transaction.returnTo, transaction.redirectUri)
  if (!transaction || isForgotten || isChanged) {
    throw new ConnectFlowError('unknown_state', {
      message:
        'This browser has no transaction for the callback: the flow was cancelled, was started in another browser, or ended long ago. Start a new one.',
    })
  }
  if (transaction.user !== undefined && transaction.user !== user) {
    throw new ConnectFlowError('user_mismatch', {
      ...transaction,
      message: 'Another user started this flow. Log in as that user, or start a new flow.',
    })
  }
  return transaction
}

/** Returns true if a flow can no longer be completed. */
export function isExpired({ expiresAt }: Transaction): boolean {
  return expiresAt <= Date.now()
}

const HOUR = 3_600_000

/** Returns true if a record expired more than an hour ago. Until then it is kept, so that a late callback is `expired`. */
export function isStale(expiresAt: number): boolean {
  return expiresAt + HOUR < Date.now()
}

/** How long the end of a flow waits for its store, in milliseconds. */
const STORE_TIMEOUT = 3000

/**
 * Waits for work of a store that must not change the outcome of a flow any longer.
 *
 * @returns False if the store failed, or took more than 3 seconds.
 * @internal
 */
export async function tryStore(work: () => unknown): Promise<boolean> {
  const done = async () => work()
  return within(done(), STORE_TIMEOUT).then(
    () => true,
    () => false,
  )
}

/**
 * Replaces a transaction by what is known at the end of its flow, so that nothing completes the flow later. If the store fails,
 * the transaction is deleted: that nothing is left to complete the flow matters more than to show its result after a reload.
 *
 * @internal
 */
export async function keepOutcome(
  { transactions, state }: Pick<FlowOfUser, 'transactions' | 'state'>,
  { pending: _, ...outcome }: Transaction,
): Promise<void> {
  const { expiresAt } = outcome
  const isKept = await tryStore(() => transactions.set(state, outcome, { expiresAt }))
  if (!isKept) await tryStore(() => transactions.delete(state))
}
