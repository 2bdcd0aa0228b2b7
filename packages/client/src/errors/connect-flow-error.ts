import { CodedError, type ErrorDetails, redact } from './coded-error.js'

/** Codes of {@link ConnectFlowError}. */
export type ConnectFlowErrorCode =
  | 'not_a_callback'
  | 'unknown_state'
  | 'access_denied'
  | 'provider_error'
  | 'missing_connect_code'
  | 'expired'
  | 'user_mismatch'
  | 'outcome_unknown'
  | 'storage_unavailable'
  | 'crypto_unavailable'
  | 'popup_blocked'
  | 'third_party_iframe'
  | 'cancelled'
  | 'invalid_request'

interface ConnectFlowDetails extends ErrorDetails {
  connection?: string | undefined
  error?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  reconnectAccountId?: string | undefined
}

/** The connect flow could not be completed. Nothing was connected, unless the code is `outcome_unknown`. */
export class ConnectFlowError extends CodedError<ConnectFlowErrorCode> {
  override readonly name = 'ConnectFlowError'
  /** The connection that was to be connected, if it is known. */
  declare readonly connection: string | undefined
  /** The `error` parameter of the callback (RFC 6749 §4.1.2.1). */
  declare readonly error: string | undefined
  /** The `appState` that you passed to `startConnect`. */
  declare readonly appState: unknown
  /** The `returnTo` that you passed to `startConnect`, so that you can take the person back there. */
  declare readonly returnTo: string | undefined
  /** The `reconnectAccountId` that you passed to `startConnect`. */
  declare readonly reconnectAccountId: string | undefined

  constructor(
    code: ConnectFlowErrorCode,
    { connection, error, appState, returnTo, reconnectAccountId, ...details }: ConnectFlowDetails,
  ) {
    const redacted = error && redact(error)
    super(code, details, { connection, error: redacted, appState, returnTo, reconnectAccountId })
  }
}

/**
 * Returns true if a value is a {@link ConnectFlowError}, also one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   await completeConnect(client, { callbackUrl: window.location.href, transactions })
 * } catch (error) {
 *   if (!isConnectFlowError(error) || error.code !== 'access_denied') throw error
 *   console.log('You did not allow the access.')
 * }
 * ```
 */
export function isConnectFlowError(value: unknown): value is ConnectFlowError {
  return Object(value).name === 'ConnectFlowError'
}

/**
 * Returns what the message of an error adds if the page has an opaque origin (HTML Standard), and else nothing.
 *
 * @internal
 */
export function opaqueOriginHint(): string {
  return globalThis.origin === 'null'
    ? ' This page has an opaque origin. Open it over https or at http://localhost, and give its frame allow-same-origin.'
    : ''
}

/**
 * Checks that the page has Web Crypto before it is used.
 *
 * @throws {ConnectFlowError} `crypto_unavailable`, if the page has no Web Crypto.
 * @internal
 */
export function checkWebCrypto(): void {
  if (globalThis.crypto?.subtle) return
  throw new ConnectFlowError('crypto_unavailable', {
    message:
      'There is no Web Crypto (crypto.subtle). Browsers have it on secure pages only: open the page over https, ' +
      'or at http://localhost instead of the address of a machine. In React Native, pass `crypto` to ' +
      'createConnectedAccountsClient. In tests, use an environment that has it, unlike jsdom.',
  })
}
