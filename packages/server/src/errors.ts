import { CodedError } from '@connected-accounts/client'
import { problemType } from '@connected-accounts/client/internal'

/** Returns the `type` of a problem with this code. */
export function errorsPage(code: string): string {
  return problemType(code)
}

/** Codes of {@link LoginFlowError}. */
export type LoginFlowErrorCode =
  | 'not_a_callback'
  | 'unknown_state'
  | 'expired'
  | 'access_denied'
  | 'provider_error'
  | 'invalid_response'
  | 'organization_mismatch'

interface LoginFlowDetails {
  message: string
  error?: string | undefined
  appState?: unknown
}

/** The login could not be completed; nobody was logged in, and a session that was there stays as it was. */
export class LoginFlowError extends CodedError<LoginFlowErrorCode> {
  override readonly name = 'LoginFlowError'
  /** The `error` parameter of the callback (RFC 6749 §4.1.2.1), where it is one in words. */
  readonly error: string | undefined
  /** What `startInteractiveLogin` was given, so that the person can be taken back to where they were. */
  readonly appState: unknown

  constructor(code: LoginFlowErrorCode, { message, error, appState }: LoginFlowDetails) {
    super(code, { message })
    this.error = error
    this.appState = appState
  }
}

/** Codes of {@link SessionError}. */
export type SessionErrorCode =
  | 'missing_session'
  | 'cookies_too_large'
  | 'store_unavailable'
  | 'store_unreadable'
  | 'refresh_busy'
  | 'refresh_token_rotated'

/** There is no session to work with, no room for it, or no way to it. */
export class SessionError extends CodedError<SessionErrorCode> {
  override readonly name = 'SessionError'
}

/** Whether a value is a {@link LoginFlowError}, also one of another realm or copy of this package. */
export function isLoginFlowError(value: unknown): value is LoginFlowError {
  return value instanceof Error && value.name === 'LoginFlowError'
}

/** Whether a value is a {@link SessionError}, also one of another realm or copy of this package. */
export function isSessionError(value: unknown): value is SessionError {
  return value instanceof Error && value.name === 'SessionError'
}
