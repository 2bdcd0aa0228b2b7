import type { CompletedConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/my-account-api-error.js'
import {
  hasFields,
  isBoolean,
  isCompletedConnectedAccount,
  isNumber,
  isString,
  isStrings,
  optional,
  parseJson,
} from '../my-account/guards.js'

/** What is kept between the start of a connect flow and its completion, under its `state`. */
export interface Transaction {
  connection: string
  redirectUri: string
  /** The user who started it, where that was said; nobody else may complete it. */
  user?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  /** Id of the account that was to be connected again. */
  repairs?: string | undefined
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

/**
 * Keeps transactions in this tab: they survive the redirect to the provider and back, and a reload.
 * Throws `ConnectFlowError` `storage_unavailable` where the browser refuses.
 */
export function sessionStorageTransactions(): TransactionStore {
  return webStorageTransactions(() => globalThis.sessionStorage)
}

/**
 * Keeps transactions for all tabs of the origin, for popups whose opener may be gone when they come back.
 * Throws `ConnectFlowError` `storage_unavailable` where the browser refuses.
 */
export function localStorageTransactions(): TransactionStore {
  return webStorageTransactions(() => globalThis.localStorage)
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

const PREFIX = 'connected-accounts.transaction.'
const HOUR = 3_600_000

/** Expired records are kept for an hour, so that a late callback is told that it is late. */
function isStale(expiresAt: number): boolean {
  return expiresAt + HOUR < Date.now()
}

function webStorageTransactions(storage: () => Storage | undefined): TransactionStore {
  function use<T>(work: (storage: Storage) => T): T {
    try {
      const available = storage()
      if (!available) throw new Error('This runtime has no web storage.')
      return work(available)
    } catch (cause) {
      throw new ConnectFlowError('storage_unavailable', {
        message: 'Web storage is full, or forbidden to this page.',
        cause,
      })
    }
  }
  return {
    get: (state) => use((store) => read(store, PREFIX + state)),
    set: (state, record) =>
      use((store) => {
        removeStale(store)
        store.setItem(PREFIX + state, JSON.stringify(record))
      }),
    delete: (state) => use((store) => store.removeItem(PREFIX + state)),
  }
}

function isTransaction(value: unknown): value is Transaction {
  return hasFields(value, {
    connection: isString,
    redirectUri: isString,
    user: optional(isString),
    returnTo: optional(isString),
    repairs: optional(isString),
    expiresAt: isNumber,
    pending: optional((pending) =>
      hasFields(pending, {
        authSession: isString,
        codeVerifier: isString,
        attempted: isBoolean,
        accountIds: optional(isStrings),
      }),
    ),
    account: optional(isCompletedConnectedAccount),
  })
}

function read(store: Storage, key: string): Transaction | undefined {
  const value = parseJson(store.getItem(key) ?? '')
  return isTransaction(value) ? value : undefined
}

function removeStale(store: Storage): void {
  for (const key of Object.keys(store)) {
    if (key.startsWith(PREFIX) && isStale(read(store, key)?.expiresAt ?? 0)) store.removeItem(key)
  }
}
