import { CodedError } from '@connected-accounts/client'
import { problemType } from '@connected-accounts/client/internal'

/**
 * Returns the `type` of a problem with this code (RFC 9457 §3.1.1).
 *
 * @internal
 */
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

/** The login could not be completed. Nobody was logged in, and a session that existed before is unchanged. */
export class LoginFlowError extends CodedError<LoginFlowErrorCode> {
  override readonly name = 'LoginFlowError'
  /** The `error` parameter of the callback (RFC 6749 §4.1.2.1). Undefined if it is not written in plain words. */
  readonly error: string | undefined
  /** The `appState` of `startInteractiveLogin`. Use it to take the person back to the page that they came from. */
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

/** There is no session, or it could not be read, saved or refreshed. */
export class SessionError extends CodedError<SessionErrorCode> {
  override readonly name = 'SessionError'
}

/**
 * True if a value is a {@link LoginFlowError}. Also recognizes one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   await server.completeInteractiveLogin(request.url, { request, response })
 * } catch (error) {
 *   if (isLoginFlowError(error) && error.code === 'access_denied') return showLoginPage()
 *   throw error
 * }
 * ```
 */
export function isLoginFlowError(value: unknown): value is LoginFlowError {
  return value instanceof Error && value.name === 'LoginFlowError'
}

/**
 * True if a value is a {@link SessionError}. Also recognizes one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   return Response.json(await server.listConnectedAccounts({}, { request, response }), response)
 * } catch (error) {
 *   if (!isSessionError(error) || error.code !== 'missing_session') throw error
 *   return new Response(null, { status: 303, headers: { location: '/auth/login' } })
 * }
 * ```
 */
export function isSessionError(value: unknown): value is SessionError {
  return value instanceof Error && value.name === 'SessionError'
}
