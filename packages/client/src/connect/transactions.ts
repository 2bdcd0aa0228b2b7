import type { CompletedConnectedAccount } from '../contract/types.js'

/** What is kept between the start of a connect flow and its completion, under its `state`. */
export interface Transaction {
  connection: string
  redirectUri: string
  /** The user who started it, where that was said; nobody else may complete it. */
  user?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  /** Id of the account that was to be connected again. */
  reconnectAccountId?: string | undefined
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** `auth_session` and the PKCE verifier; gone once there is a definite answer. */
  pending?: PendingTransaction
  /** The account, once connected, so that a reload of the callback page shows it again. */
  account?: CompletedConnectedAccount
}

/** What completes a flow. */
export interface PendingTransaction {
  authSession: string
  codeVerifier: string
  /** Whether a completion was sent that has had no definite answer. */
  attempted: boolean
  /** Ids of the connection's accounts before the flow, where they could be listed. */
  accountIds?: string[] | undefined
}

/** Keeps transactions. May be asynchronous; a record must survive JSON. */
export interface TransactionStore {
  /** The record, also where it has expired and is still there. */
  get(state: string): Transaction | undefined | Promise<Transaction | undefined>
  /** Keeps the record; the store may drop it some time after `expiresAt`, in milliseconds since the epoch. */
  set(state: string, record: Transaction, options: { expiresAt: number }): void | Promise<void>
  delete(state: string): void | Promise<void>
}

/** Refuses, with a TypeError, what is no store, such as a function that was not called. */
export function checkStore(transactions: TransactionStore): void {
  if (typeof transactions?.set === 'function') return
  throw new TypeError('transactions must be a store, like sessionStorageTransactions().')
}

/** Keeps transactions in memory, for tests and for programs that stay alive during the flow. */
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
  }
}

const HOUR = 3_600_000

/** Expired records are kept for an hour, so that a late callback is told that it is late. */
export function isStale(expiresAt: number): boolean {
  return expiresAt + HOUR < Date.now()
}
