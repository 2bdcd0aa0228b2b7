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
 * Keeps transactions in `sessionStorage`: for this tab, across the redirect to the provider and back, and across a reload.
 *
 * @throws {ConnectFlowError} `storage_unavailable`, when a method is called and the browser refuses.
 */
export function sessionStorageTransactions(): TransactionStore {
  return webStorageTransactions(() => globalThis.sessionStorage)
}

/**
 * Keeps transactions in `localStorage`: for all tabs of the origin. Popups need it, because the page that opened one may be
 * gone when it comes back.
 *
 * @throws {ConnectFlowError} `storage_unavailable`, when a method is called and the browser refuses.
 */
export function localStorageTransactions(): TransactionStore {
  return webStorageTransactions(() => globalThis.localStorage)
}

const PREFIX = 'connected-accounts.transaction.'

function webStorageTransactions(getStorage: () => Storage | undefined): TransactionStore {
  function use<T>(work: (storage: Storage) => T): T {
    try {
      const storage = getStorage() // throws if the browser forbids it to this page
      if (!storage) throw new Error('This runtime has no web storage.')
      return work(storage)
    } catch (cause) {
      throw new ConnectFlowError('storage_unavailable', {
        message:
          'The browser does not let this page keep the transaction: web storage is full or forbidden. Pass another TransactionStore as transactions.',
        cause,
      })
    }
  }
  return {
    get: (state) => use((storage) => read(storage, PREFIX + state)),
    set: (state, record) =>
      use((storage) => {
        removeStale(storage)
        storage.setItem(PREFIX + state, JSON.stringify(record))
      }),
    delete: (state) => use((storage) => storage.removeItem(PREFIX + state)),
    connectedAccountIds: () =>
      use((storage) => keysOf(storage).flatMap((key) => read(storage, key)?.account?.id ?? [])),
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

function keysOf(storage: Storage): string[] {
  return Object.keys(storage).filter((key) => key.startsWith(PREFIX))
}

/** Returns undefined if there is no record, or if somebody has broken it. */
function read(storage: Storage, key: string): Transaction | undefined {
  const value = parseJson(storage.getItem(key) ?? '')
  return isTransaction(value) ? value : undefined
}

function removeStale(storage: Storage): void {
  for (const key of keysOf(storage)) {
    if (isStale(read(storage, key)?.expiresAt ?? 0)) storage.removeItem(key)
  }
}
