import { checkWebCrypto } from '../errors/connect-flow-error.js'
import { StorageError } from '../errors/storage-error.js'

/** The curve of ES256 (RFC 7518 §3.4). */
export const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

const DATABASE = 'connected-accounts'
const STORE = 'dpop-key-pairs'

/** Generates a key pair for ES256 whose private key can sign but never be read. Needs Web Crypto. */
export async function generateDpopKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, false, ['sign', 'verify'])
}

/**
 * Loads the key pair of this name for `createDpop({ keyPair })`, and generates it if there is none. It is kept in IndexedDB,
 * shared by all tabs and workers of the origin, until {@link deleteDpopKeyPair}. Its private key can sign but never be
 * read.
 *
 * @param name - Use one for each user or session, because tokens stay bound to the key.
 * @throws {TypeError} if `name` is empty.
 * @throws {StorageError} `key_storage_unavailable`, if IndexedDB is missing, forbidden or full.
 * @throws {ConnectFlowError} `crypto_unavailable`, if there is no Web Crypto.
 *
 * @example
 * ```ts
 * import { createDpop, loadDpopKeyPair } from '@connected-accounts/client/dpop'
 *
 * const dpop = await createDpop({ keyPair: await loadDpopKeyPair('auth0|alice') })
 * ```
 */
export async function loadDpopKeyPair(name: string): Promise<CryptoKeyPair> {
  checkName(name)
  checkWebCrypto() // before a database is created
  const kept: CryptoKeyPair | undefined = await inStore('readonly', (store) => store.get(name))
  if (kept) return kept
  // Generated before the transaction, which would end while it waits for anything but the database.
  const keyPair = await generateDpopKeyPair()
  const others: CryptoKeyPair | undefined = await inStore('readwrite', (store) => {
    const request = store.get(name)
    request.onsuccess = () => {
      if (request.result === undefined) store.add(keyPair, name)
    }
    return request
  })
  return others ?? keyPair
}

/**
 * Deletes the key pair of this name, if there is one. Call it at logout.
 *
 * @throws {TypeError} if `name` is empty.
 * @throws {StorageError} `key_storage_unavailable`, if IndexedDB is missing or forbidden.
 *
 * @example
 * ```ts
 * import { deleteDpopKeyPair } from '@connected-accounts/client/dpop'
 *
 * await deleteDpopKeyPair('auth0|alice')
 * ```
 */
export async function deleteDpopKeyPair(name: string): Promise<void> {
  checkName(name)
  await inStore('readwrite', (store) => store.delete(name))
}

function checkName(name: string): void {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError('name must be a string that is not empty, such as the id of the user.')
  }
}

/** Makes a request in a transaction; returns its result when the transaction is on disk. */
async function inStore<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  try {
    const database = await openDatabase()
    try {
      const transaction = database.transaction(STORE, mode)
      const { result } = await committed(transaction, request(transaction.objectStore(STORE)))
      return result
    } finally {
      database.close()
    }
  } catch (cause) {
    const message =
      'The DPoP key pair cannot be kept, because IndexedDB is missing, forbidden or full. ' +
      'Call createDpop() without a keyPair to use a key that lives as long as the page.'
    throw new StorageError('key_storage_unavailable', { message, cause })
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function committed<R>(transaction: IDBTransaction, request: R): Promise<R> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request)
    transaction.onabort = () => reject(transaction.error)
  })
}
