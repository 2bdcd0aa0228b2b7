import type { ProblemDetails, ValidationError } from '../contract/types.js'
import { retryAfter } from '../http/rate-limit.js'
import { challengeError } from '../http/www-authenticate.js'
import { isProblemDetails, parseJson } from '../my-account/guards.js'

/** Where the page on errors is; the fragment is the code. Made from package.json's `homepage`. */
export const ERRORS_PAGE =
  'https://github.com/connected-accounts/connected-accounts/blob/main/docs/errors.md'

interface Details {
  message: string
  cause?: unknown
}

/** What the errors of this project have in common: a code, the link to its documentation, and no token in the message. */
export abstract class CodedError<Code extends string> extends Error {
  /** What went wrong, stable across releases: the value to branch on. */
  declare readonly code: Code
  /** The documentation of this code. */
  declare readonly docs: string

  constructor(code: Code, { message, ...options }: Details, fields: object = {}) {
    super(redact(message), options)
    Object.assign(this, { code, docs: `${ERRORS_PAGE}#${code}` }, fields)
  }
}

/** Codes of {@link MyAccountApiError}. */
export type MyAccountApiErrorCode =
  | 'validation'
  | 'bad_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'insufficient_scope'
  | 'not_found'
  | 'conflict'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'unexpected_response'

/**
 * The My Account API answered something else than the operation promises.
 * `type`, `title`, `detail` and `validation_errors` are those of the problem details, where the answer had them.
 */
export class MyAccountApiError extends CodedError<MyAccountApiErrorCode> {
  override readonly name = 'MyAccountApiError'
  declare readonly status: number
  declare readonly type: string | undefined
  declare readonly title: string | undefined
  declare readonly detail: string | undefined
  declare readonly validation_errors: ValidationError[] | undefined
  /** Seconds to wait, from `retry-after`. Browsers hide that header across origins; then it is undefined. */
  declare readonly retryAfter: number | undefined
  /** The answer itself, its body already read. Not enumerable, so that a logger does not print its headers. */
  declare readonly response: Response

  constructor(response: Response, body: string) {
    const { status } = response
    const problem = parseProblem(body)
    const code = problemCode(response, problem)
    const { type, title, detail, validation_errors } = problem ?? {}
    super(
      code,
      { message: describe(status, body, problem) + clockHint(code) },
      { status, type, title, detail, validation_errors, retryAfter: retryAfter(response) },
    )
    Object.defineProperty(this, 'response', { value: response })
  }
}

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

interface ConnectFlowDetails extends Details {
  connection?: string | undefined
  error?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  repairs?: string | undefined
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
  declare readonly repairs: string | undefined

  constructor(
    code: ConnectFlowErrorCode,
    { connection, error, appState, returnTo, repairs, ...details }: ConnectFlowDetails,
  ) {
    const redacted = error && redact(error)
    super(code, details, { connection, error: redacted, appState, returnTo, repairs })
  }
}

/** Codes of {@link TokenError}: our own ones, and whatever `error` an authorization server answers. */
export type TokenErrorCode =
  | 'dpop_prover_missing'
  | 'token_not_bound'
  | 'missing_refresh_token'
  | 'insufficient_scope'
  | 'connection_not_connected'
  | 'unexpected_response'
  | 'invalid_grant'
  | 'invalid_client'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'access_denied'
  | 'mfa_required'
  | 'unmet_authentication_requirements'
  | 'use_dpop_nonce'
  | 'invalid_dpop_proof'
  | 'too_many_requests'
  | (string & {})

/** No usable token could be had. */
export class TokenError extends CodedError<TokenErrorCode> {
  override readonly name = 'TokenError'
  /** Status of the token endpoint's answer, where there was one. */
  declare readonly status: number | undefined
  /** Seconds to wait, from its `retry-after`. Browsers hide that header across origins; then it is undefined. */
  declare readonly retryAfter: number | undefined

  constructor(code: TokenErrorCode, { response, ...details }: Details & { response?: Response }) {
    super(code, details, {
      status: response?.status,
      retryAfter: response && retryAfter(response),
    })
  }
}

/** Whether a value is a {@link MyAccountApiError}, also one of another realm or copy of this package. */
export function isMyAccountApiError(value: unknown): value is MyAccountApiError {
  return Object(value).name === 'MyAccountApiError'
}

/** Whether a value is a {@link ConnectFlowError}, also one of another realm or copy of this package. */
export function isConnectFlowError(value: unknown): value is ConnectFlowError {
  return Object(value).name === 'ConnectFlowError'
}

/** Whether a value is a {@link TokenError}, also one of another realm or copy of this package. */
export function isTokenError(value: unknown): value is TokenError {
  return Object(value).name === 'TokenError'
}

const CODES: Record<number, MyAccountApiErrorCode> = {
  400: 'bad_request',
  401: 'invalid_token',
  403: 'insufficient_scope',
  404: 'not_found',
  409: 'conflict',
  415: 'unsupported_media_type',
  429: 'rate_limited',
}

function problemCode(response: Response, problem: ProblemDetails | undefined) {
  const { status, ok } = response
  // With 400 at the My Account API, with 401 by RFC 9449 §7.1.
  if (!ok && challengeError(response, 'dpop') === 'invalid_dpop_proof') return 'invalid_dpop_proof'
  if (problem?.validation_errors?.length) return 'validation'
  if (!problem && status !== 429) return 'unexpected_response'
  return CODES[status] ?? 'unexpected_response'
}

function parseProblem(body: string): ProblemDetails | undefined {
  // Written anew, a token cannot hide behind escapes, nor in the name of a field.
  const value = parseJson(redact(JSON.stringify(parseJson(body)) ?? ''))
  return isProblemDetails(value) ? value : undefined
}

function describe(status: number, body: string, problem: ProblemDetails | undefined): string {
  if (!problem) {
    return `Unexpected answer ${status}: ${redact(body.trim()).slice(0, 200) || 'an empty body'}`
  }
  const { title, detail, validation_errors = [] } = problem
  const places = validation_errors.map(
    ({ detail, field, pointer }) => `; ${field || pointer || 'the request'} ${detail}`,
  )
  return `${title} (${status}): ${detail}${places.join('')}`
}

function clockHint(code: MyAccountApiErrorCode): string {
  if (code !== 'invalid_dpop_proof') return ''
  return `; the DPoP proof was refused, and the clock here says ${new Date().toISOString()}`
}

// What they match ends before a quote, so that JSON stays JSON; none tries a character twice, however long the text is.
const SECRETS = [
  /(?<="\w*(?:token|secret|code|session|verifier|ticket)"\s*:\s*")(?:[^"\\]|\\.)*/g, // a JSON field that holds one
  /(?<=(?:Bearer|DPoP)\s+)[^\s"\\]+/gi,
  /eyJ[\w.-]+/g, // a JWT
  /(?<![\w-])(?![a-z]+(?:_[a-z]+)+(?![\w-]))[\w-]{32,}/g, // an opaque token, and no long snake_case word
]

/** The text with everything that looks like a token blanked. */
export function redact(text: string): string {
  return SECRETS.reduce((redacted, secret) => redacted.replace(secret, '[redacted]'), text)
}
