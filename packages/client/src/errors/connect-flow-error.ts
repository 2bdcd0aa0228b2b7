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

/** The connect flow could not be completed; nothing was connected unless the code is `outcome_unknown`. */
export class ConnectFlowError extends CodedError<ConnectFlowErrorCode> {
  override readonly name = 'ConnectFlowError'
  /** The connection that was to be connected, where it is known. */
  declare readonly connection: string | undefined
  /** The `error` parameter of the callback (RFC 6749 §4.1.2.1). */
  declare readonly error: string | undefined
  /** What `startConnect` was given, so that the person can be taken back to where they were. */
  declare readonly appState: unknown
  declare readonly returnTo: string | undefined
  declare readonly reconnectAccountId: string | undefined

  constructor(
    code: ConnectFlowErrorCode,
    { connection, error, appState, returnTo, reconnectAccountId, ...details }: ConnectFlowDetails,
  ) {
    const redacted = error && redact(error)
    super(code, details, { connection, error: redacted, appState, returnTo, reconnectAccountId })
  }
}

/** Whether a value is a {@link ConnectFlowError}, also one of another realm or copy of this package. */
export function isConnectFlowError(value: unknown): value is ConnectFlowError {
  return Object(value).name === 'ConnectFlowError'
}
