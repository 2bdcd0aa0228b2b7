import {
  isConnectFlowError,
  isConnectionRequiredError,
  isMyAccountApiError,
  isTokenError,
  type ProblemDetails,
} from '@connected-accounts/client'
import { isNetworkError } from '@connected-accounts/client/internal'
import { errorsPage, isLoginFlowError, isSessionError, type SessionErrorCode } from '../errors.js'

/**
 * Returns an answer with problem details (RFC 9457). No cache keeps it.
 *
 * @internal
 */
export function problemResponse(problem: ProblemDetails, headers = new Headers()): Response {
  headers.set('content-type', 'application/problem+json')
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

/**
 * Returns the problem of an error as an answer. Throws the error again if it is the application's own.
 *
 * @internal
 */
export function errorResponse(error: unknown): Response {
  const known = knownProblem(error)
  if (!known) throw error
  return problemResponse(known.problem, known.headers)
}

/**
 * Turns an error into a problem: the `title` is the error's code, the `type` is the page about it. A network failure
 * between this server and the tenant is 502 `tenant_unreachable` or 504 `tenant_timeout`.
 *
 * @returns the problem and headers for the answer. Undefined if the error is the application's own.
 * @internal
 */
export function knownProblem(
  error: unknown,
): { problem: ProblemDetails; headers: Headers } | undefined {
  const problem = codedProblem(error) ?? networkProblem(error)
  if (!problem) return undefined
  const headers = new Headers()
  if ((isTokenError(error) || isMyAccountApiError(error)) && error.retryAfter !== undefined) {
    headers.set('retry-after', String(error.retryAfter))
  }
  return { problem, headers }
}

function codedProblem(error: unknown): ProblemDetails | undefined {
  if (isConnectionRequiredError(error)) return error.toJSON()
  const status = statusOf(error)
  if (!status || !isCoded(error)) return undefined
  return { type: errorsPage(error.code), title: error.code, status, detail: error.message }
}

function networkProblem(error: unknown): ProblemDetails | undefined {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const detail = 'The tenant did not answer in time. Try again later.'
    return { type: errorsPage('tenant_timeout'), title: 'tenant_timeout', status: 504, detail }
  }
  if (!isNetworkError(error)) return undefined
  const detail = 'This server could not reach the tenant. Try again later.'
  const title = 'tenant_unreachable'
  return { type: errorsPage(title), title, status: 502, detail }
}

/** Codes of a TokenError after which the user has to log in again. */
const LOG_IN_AGAIN = ['invalid_grant', 'missing_refresh_token', 'mfa_required']

const TOKEN_STATUS = new Map<string, number>([
  ['insufficient_scope', 403],
  ['ambiguous_account', 409],
])

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
  return TOKEN_STATUS.get(error.code) ?? 502
}

function isCoded(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error
}
