import type { SignatureKey, WebCryptoKeyPair } from '../crypto.js'
import { checkWebCrypto } from '../errors/connect-flow-error.js'
import { StorageError } from '../errors/storage-error.js'

/** The curve of ES256 (RFC 7518 §3.4). */
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

const DATABASE = 'connected-accounts'
const STORE = 'dpop-key-pairs'

/** A `CryptoKeyPair` for ES256. TypeScript accepts it as a `CryptoKeyPair` of browsers, Node and Workers. */
export interface DpopKeyPair {
  readonly privateKey: SignatureKey
  readonly publicKey: SignatureKey
}

/** Generates a key pair for ES256 whose private key can sign but never be read. Needs Web Crypto. */
export async function generateDpopKeyPair(): Promise<DpopKeyPair> {
  const keyPair = await crypto.subtle.generateKey(P256, false, ['sign', 'verify'])
  return keyPair as DpopKeyPair // has the usages that it was generated with
}

/**
 * Returns a key pair that can make proofs.
 *
 * @param name - The name of the option that it comes from.
 * @throws {TypeError} if it cannot; the message has the name.
 * @internal
 */
export function checkKeyPair(keyPair: WebCryptoKeyPair, name = 'keyPair'): DpopKeyPair {
  if (isSigningPair(keyPair)) return keyPair
  throw new TypeError(
    `${name} must be an ECDSA P-256 CryptoKeyPair whose private key can sign and whose public key can be exported.`,
  )
}

function isSigningPair(keyPair: WebCryptoKeyPair): keyPair is DpopKeyPair {
  const { privateKey, publicKey } = { ...keyPair }
  // Of the algorithms with this curve, only ECDSA can sign.
  const algorithm: { name?: string; namedCurve?: string } = { ...privateKey?.algorithm }
  const canSign = privateKey?.usages?.includes('sign') && publicKey?.extractable
  return algorithm.namedCurve === P256.namedCurve && canSign === true
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
export async function loadDpopKeyPair(name: string): Promise<DpopKeyPair> {
  checkName(name)
  checkWebCrypto() // before a database is created
  const kept: DpopKeyPair | undefined = await inStore('readonly', (store) => store.get(name))
  if (kept) return kept
  // Generated before the transaction, which would end while it waits for anything but the database.
  const keyPair = await generateDpopKeyPair()
  const others: DpopKeyPair | undefined = await inStore('readwrite', (store) => {
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
