import { ConnectFlowError, opaqueOriginHint } from '../errors/connect-flow-error.js'
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
import {
  type FlowNote,
  isStale,
  noteOf,
  type Transaction,
  type TransactionStore,
} from './transactions.js'

/**
 * Creates a store in `sessionStorage`. It keeps transactions for this tab, across the redirect to the provider and back, and
 * across a reload. For other tabs it notes in `localStorage`, without secrets, which flows were attempted and which accounts
 * they have connected.
 *
 * @throws {ConnectFlowError} `storage_unavailable`, when a method is called and the browser refuses `sessionStorage`.
 *
 * @example
 * ```ts
 * const { url } = await startConnect(client, {
 *   connection: 'github',
 *   redirectUri: window.location.origin,
 *   transactions: sessionStorageTransactions(),
 * })
 * ```
 */
export function sessionStorageTransactions(): TransactionStore {
  const store = webStorageTransactions(() => globalThis.sessionStorage)
  return {
    ...store,
    set(state, record, options) {
      store.set(state, record, options)
      const isUnsent = record.pending?.attempted === false
      leaveNote(state, isUnsent ? undefined : noteOf(record))
    },
    delete(state) {
      store.delete(state)
      leaveNote(state, undefined)
    },
  }
}

/**
 * Creates a store in `localStorage`. It keeps transactions for all tabs of the origin. Popups need it, because the page that
 * opened a popup may be gone when the user comes back.
 *
 * @throws {ConnectFlowError} `storage_unavailable`, when a method is called and the browser refuses.
 *
 * @example
 * ```ts
 * const { url } = await startConnect(client, {
 *   connection: 'github',
 *   redirectUri: window.location.origin,
 *   transactions: localStorageTransactions(),
 * })
 * ```
 */
export function localStorageTransactions(): TransactionStore {
  return webStorageTransactions(() => globalThis.localStorage)
}

const PREFIX = 'connected-accounts.transaction.'
const NOTE_PREFIX = 'connected-accounts.flow.'

/** Names a flow by the end of its `state`: enough to tell flows apart, and too little to guess the rest. */
function idOf(state: string): string {
  return state.slice(-8)
}

/** Keeps a note of a flow for other tabs, or removes it. If the browser refuses, only this tab knows of the flow. */
function leaveNote(state: string, note: FlowNote | undefined): void {
  const key = NOTE_PREFIX + idOf(state)
  inLocalStorage((storage) => {
    removeStale(storage)
    if (note) storage.setItem(key, JSON.stringify(note))
    else storage.removeItem(key)
  })
}

function inLocalStorage<T>(work: (storage: Storage) => T): T | undefined {
  try {
    return work(globalThis.localStorage)
  } catch {
    // The browser refuses.
  }
}

function webStorageTransactions(getStorage: () => Storage | undefined): TransactionStore {
  function use<T>(work: (storage: Storage) => T): T {
    try {
      const storage = getStorage() // throws if the browser forbids it to this page
      if (!storage) throw new Error('This runtime has no web storage.')
      return work(storage)
    } catch (cause) {
      throw new ConnectFlowError('storage_unavailable', {
        message:
          'The browser does not let this page keep the transaction: web storage is full or forbidden. Pass another TransactionStore as transactions.' +
          opaqueOriginHint(),
        cause,
      })
    }
  }
  return {
    get: (state) =>
      use((storage) => {
        const record = read(storage, PREFIX + state)
        return isTransaction(record) ? record : undefined
      }),
    set: (state, record) =>
      use((storage) => {
        removeStale(storage)
        storage.setItem(PREFIX + state, JSON.stringify(record))
      }),
    delete: (state) => use((storage) => storage.removeItem(PREFIX + state)),
    // Those of the other storage, too: redirects usually keep their flows in one, and popups in the other.
    otherFlows: (state) => [
      ...use((storage) => otherFlowsIn(storage, state)),
      ...(inLocalStorage((storage) => otherFlowsIn(storage, state)) ?? []),
    ],
  }
}

function otherFlowsIn(storage: Storage, state: string): FlowNote[] {
  return keysOf(storage)
    .filter((key) => !key.endsWith(idOf(state)))
    .map((key) => read(storage, key))
    .filter(isFlowNote)
}

function isFlowNote(value: unknown): value is FlowNote {
  return hasFields(value, {
    connection: isString,
    expiresAt: isNumber,
    pending: optional((pending) => hasFields(pending, { attempted: isBoolean })),
    account: optional((account) => hasFields(account, { id: isString })),
  })
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
  return Object.keys(storage).filter((key) => key.startsWith(PREFIX) || key.startsWith(NOTE_PREFIX))
}

function read(storage: Storage, key: string): unknown {
  return parseJson(String(storage.getItem(key)))
}

/** Removes records and notes that are stale, or that somebody has broken. */
function removeStale(storage: Storage): void {
  for (const key of keysOf(storage)) {
    const value = read(storage, key)
    if (!isFlowNote(value) || isStale(value.expiresAt)) storage.removeItem(key)
  }
}
