import type { ProblemDetails, ValidationError } from '../contract/types.js'
import { arrayOf, hasFields, isNumber, isString, optional, parseJson } from '../http/json.js'
import { retryAfter } from '../http/rate-limit.js'
import { challengeError } from '../http/www-authenticate.js'
import { CodedError, redact } from './coded-error.js'

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
 * The My Account API refused a request, or its answer is not what the operation promises. `type`, `title`, `detail` and
 * `validation_errors` are those of the problem details, if the answer has them.
 */
export class MyAccountApiError extends CodedError<MyAccountApiErrorCode> {
  override readonly name = 'MyAccountApiError'
  declare readonly status: number
  declare readonly type: string | undefined
  declare readonly title: string | undefined
  declare readonly detail: string | undefined
  declare readonly validation_errors: ValidationError[] | undefined
  /** Seconds to wait, from `retry-after`. Undefined if there is none; browsers hide that header across origins. */
  declare readonly retryAfter: number | undefined
  /** The answer itself. Its body was read. Not enumerable, so that a logger does not print its headers. */
  declare readonly response: Response

  /** @param body - The body of the answer: its text, or the value of its JSON. */
  constructor(response: Response, body: unknown) {
    const { status } = response
    const problem = parseProblem(body)
    const code = problemCode(response, problem)
    const { type, title, detail, validation_errors } = problem ?? {}
    super(
      code,
      {
        message:
          (problem ? describe(problem, status) : describeUnknown(response, body)) + clockHint(code),
      },
      { status, type, title, detail, validation_errors, retryAfter: retryAfter(response) },
    )
    Object.defineProperty(this, 'response', { value: response })
  }
}

/**
 * Returns true if a value is a {@link MyAccountApiError}, also one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   await deleteConnectedAccount(client, 'cac_1')
 * } catch (error) {
 *   if (!isMyAccountApiError(error) || error.code !== 'not_found') throw error
 *   console.log('This account is already disconnected.')
 * }
 * ```
 */
export function isMyAccountApiError(value: unknown): value is MyAccountApiError {
  return Object(value).name === 'MyAccountApiError'
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
  if (status === 400 && problem?.validation_errors?.length) return 'validation'
  if (!problem && status !== 429) return 'unexpected_response'
  return CODES[status] ?? 'unexpected_response'
}

function parseProblem(body: unknown): ProblemDetails | undefined {
  const json = typeof body === 'string' ? parseJson(body) : body
  // Redacted as JSON that is written anew: so a token cannot hide behind escapes, nor in the name of a field.
  const value = parseJson(redact(JSON.stringify(json) ?? ''))
  return isProblemDetails(value) ? value : undefined
}

function describe(
  { title, detail, validation_errors = [] }: ProblemDetails,
  status: number,
): string {
  const places = validation_errors.map(
    (error) => `; ${error.field || error.pointer || 'the request'} ${error.detail}`,
  )
  return `${title} (${status}): ${detail}${places.join('')}`
}

/** Describes an answer that is no problem by its media type and by how its body begins. */
function describeUnknown({ status, headers }: Response, body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  // Browsers hide the status of a redirect that is not followed: it is 0.
  const empty = /^[03]/.test(String(status)) ? 'a redirect' : 'an empty body'
  const type = headers.get('content-type') ?? 'no content-type'
  return `Unexpected answer ${status} (${type}): ${redact(text.trim()).slice(0, 200) || empty}`
}

function clockHint(code: MyAccountApiErrorCode): string {
  if (code !== 'invalid_dpop_proof') return ''
  return `; the DPoP proof was refused, and the clock here says ${new Date().toISOString()}. Check whether it is right.`
}

/** Tells whether a value is the body of a refusal (RFC 9457). @internal */
export function isProblemDetails(value: unknown): value is ProblemDetails {
  return hasFields(value, {
    type: isString,
    title: isString,
    detail: isString,
    status: isNumber,
    validation_errors: optional(arrayOf((error) => hasFields(error, { detail: isString }))),
  })
}
