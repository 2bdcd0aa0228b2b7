import { CodedError } from './coded-error.js'

/** Codes of {@link StorageError}. */
export type StorageErrorCode = 'key_storage_unavailable'

/** The browser cannot keep the DPoP key pair. The storage of a connect flow has a code of `ConnectFlowError`. */
export class StorageError extends CodedError<StorageErrorCode> {
  override readonly name = 'StorageError'
}

/** Tells whether a value is a {@link StorageError}, also one of another realm or copy of this package. */
export function isStorageError(value: unknown): value is StorageError {
  return Object(value).name === 'StorageError'
}
