import { ConnectFlowError } from '../errors/connect-flow-error.js'

/** The curve of ES256 (RFC 7518 §3.4). */
export const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

const DATABASE = 'connected-accounts'
const STORE = 'dpop-key-pairs'

/** A new key pair for ES256 whose private key can sign but never be read. */
export function generateDpopKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, false, ['sign', 'verify'])
}

/**
 * The key pair of this name, for `createDpop({ keyPair })`; made where there is none yet. It lives in IndexedDB, shared by
 * all tabs and workers of the origin, until {@link deleteDpopKeyPair}; its private key can sign but never be read.
 * Throws `ConnectFlowError` `storage_unavailable` where there is no IndexedDB or the browser forbids it.
 *
 * @param name - One for each user or session, as tokens stay bound to the key.
 */
export async function loadDpopKeyPair(name: string): Promise<CryptoKeyPair> {
  checkName(name)
  const kept: CryptoKeyPair | undefined = await inStore('readonly', (store) => store.get(name))
  if (kept) return kept
  // Made before the transaction, which would end while it waits for anything but the database.
  const keyPair = await generateDpopKeyPair()
  const others: CryptoKeyPair | undefined = await inStore('readwrite', (store) => {
    const request = store.get(name)
    request.onsuccess = () => request.result ?? store.add(keyPair, name)
    return request
  })
  return others ?? keyPair
}

/** Deletes the key pair of this name, if there is one: at logout. Throws as {@link loadDpopKeyPair} does. */
export async function deleteDpopKeyPair(name: string): Promise<void> {
  checkName(name)
  await inStore('readwrite', (store) => store.delete(name))
}

function checkName(name: string): void {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError('name must be a text that names the key pair.')
  }
}

/** The result of a request, once the transaction that it was the first of is on disk. */
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
    const message = 'The DPoP key pair cannot be kept: IndexedDB is missing, forbidden or full.'
    throw new ConnectFlowError('storage_unavailable', { message, cause })
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
