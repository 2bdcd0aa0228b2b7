import { CodedError } from './coded-error.js'

/** Codes of {@link StorageError}. */
export type StorageErrorCode = 'key_storage_unavailable'

/** The browser cannot keep the DPoP key pair. If it cannot keep a connect flow, the error is a `ConnectFlowError` instead. */
export class StorageError extends CodedError<StorageErrorCode> {
  override readonly name = 'StorageError'
}

/**
 * Returns true if a value is a {@link StorageError}, also one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * const keyPair = await loadDpopKeyPair('auth0|alice').catch((error: unknown) => {
 *   if (!isStorageError(error)) throw error
 *   return undefined // without storage, use a key that lives as long as the page
 * })
 * const dpop = await createDpop(keyPair && { keyPair })
 * ```
 */
export function isStorageError(value: unknown): value is StorageError {
  return Object(value).name === 'StorageError'
}
