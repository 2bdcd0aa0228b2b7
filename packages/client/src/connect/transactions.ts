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
  /** When the flow expires, in milliseconds since the epoch. */
  expiresAt: number
  /** What completes the flow; removed once there is a definite answer. */
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

/** Keeps transactions. Each method may be asynchronous. A record must survive JSON. */
export interface TransactionStore {
  /** Returns the record, even if it has expired and is still kept. */
  get(state: string): Transaction | undefined | Promise<Transaction | undefined>
  /** Keeps a record. The store may drop it some time after `expiresAt`, in milliseconds since the epoch. */
  set(state: string, record: Transaction, options: { expiresAt: number }): void | Promise<void>
  /** Deletes a record; does nothing if there is none. */
  delete(state: string): void | Promise<void>
  /**
   * Optional: returns the `account.id` of all records that have an `account`. With it, an answer that was lost is never taken
   * for an account that another flow of the same store has connected.
   */
  connectedAccountIds?(): readonly string[] | Promise<readonly string[]>
}

/**
 * Checks that a value is a store, and not a function that should have been called.
 *
 * @throws {TypeError} when it is none.
 */
export function checkStore(transactions: TransactionStore): void {
  if (typeof transactions?.set === 'function') return
  throw new TypeError('transactions must be a store, like sessionStorageTransactions().')
}

/** Keeps transactions in memory: for tests, and for programs that run until the flow is completed. */
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
    connectedAccountIds: () => [...records.values()].flatMap(({ account }) => account?.id ?? []),
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
 * @throws {ConnectFlowError} `unknown_state`, when there is none, or its result is forgotten, or somebody has changed it.
 * @throws {ConnectFlowError} `user_mismatch`, when another user started the flow.
 */
export async function findTransaction({
  transactions,
  state,
  user,
  signal,
}: FlowOfUser): Promise<Transaction> {
  const transaction = await unlessAborted((async () => transactions.get(state))(), signal)
  const isForgotten = transaction?.account && isExpired(transaction)
  // startConnect refuses such a returnTo, so somebody has changed the record.
  const isChanged = transaction && !isReturnTo(transaction.returnTo, transaction.redirectUri)
  if (!transaction || isForgotten || isChanged) {
    throw new ConnectFlowError('unknown_state', {
      message:
        'This browser has no transaction for the callback: the flow was started in another browser, or ended long ago. Start a new one.',
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
