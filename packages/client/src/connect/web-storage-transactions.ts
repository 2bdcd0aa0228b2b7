import { ConnectFlowError } from '../errors/connect-flow-error.js'
import {
  hasFields,
  isBoolean,
  isNumber,
  isString,
  isStrings,
  optional,
  parseJson,
} from '../http/json.js'
import { isCompletedConnectedAccount } from '../my-account/guards.js'
import { isStale, type Transaction, type TransactionStore } from './transactions.js'
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

const PREFIX = 'connected-accounts.transaction.'
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
    reconnectAccountId: optional(isString),
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
