import {
  isConnectFlowError,
  isMyAccountApiError,
  isTokenError,
  type ProblemDetails,
} from '@connected-accounts/client'
import { isLoginFlowError, isSessionError, type SessionErrorCode } from '../errors.js'

/** An answer with problem details (RFC 9457), which no cache keeps. */
export function problemResponse(problem: ProblemDetails, headers = new Headers()): Response {
  headers.set('content-type', 'application/problem+json')
  headers.set('cache-control', 'no-store')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

/**
 * What an error of this project comes to as an answer: its code as the `title`, its page as the `type`. Other errors are
 * thrown on, as they are the server's own.
 */
export function errorResponse(error: unknown, headers = new Headers()): Response {
  const status = statusOf(error)
  if (!status || !isCoded(error)) throw error
  if ((isTokenError(error) || isMyAccountApiError(error)) && error.retryAfter !== undefined) {
    headers.set('retry-after', String(error.retryAfter))
  }
  const { docs: type, code: title, message: detail } = error
  return problemResponse({ type, title, status, detail }, headers)
}

/** Codes of a TokenError after which the user has to log in again. */
const LOG_IN_AGAIN = ['invalid_grant', 'missing_refresh_token', 'mfa_required']

const SESSION_STATUS: Record<SessionErrorCode, number> = {
  missing_session: 401,
  cookies_too_large: 431,
  store_unavailable: 503,
  store_unreadable: 500,
  refresh_busy: 503,
  refresh_token_rotated: 500,
}

function statusOf(error: unknown): number | undefined {
  if (isSessionError(error)) return SESSION_STATUS[error.code]
  if (isLoginFlowError(error) || isConnectFlowError(error)) return 400
  if (isMyAccountApiError(error)) return /^4/.test(String(error.status)) ? error.status : 502
  if (!isTokenError(error)) return undefined
  if (LOG_IN_AGAIN.includes(error.code)) return 401
  if (error.status === 429) return 429
  return error.code === 'insufficient_scope' ? 403 : 502
}

function isCoded(error: unknown): error is Error & { code: string; docs: string } {
  return error instanceof Error && 'docs' in error
}
