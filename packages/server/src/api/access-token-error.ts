import { CodedError } from '@connected-accounts/client'
import { errorsPage } from '../errors.js'

/** Codes of {@link AccessTokenError}. */
export type AccessTokenErrorCode =
  | 'missing_token'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'keys_unavailable'
  | 'store_unavailable'

/** The authentication scheme of a challenge. */
export type Scheme = 'Bearer' | 'DPoP'

/** The algorithms of the proofs that are accepted, as a challenge lists them. They are those that Auth0's own SDKs sign with. */
export const PROOF_ALGORITHMS = ['ES256']

const STATUS: Record<AccessTokenErrorCode, number> = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  keys_unavailable: 503,
  store_unavailable: 503,
}

interface AccessTokenErrorDetails {
  message: string
  cause?: unknown
  /** The scheme of the challenge. Without it there is none, because the request itself may be right. */
  scheme?: Scheme
  /** The scopes that are needed, separated by spaces. */
  scope?: string
  /** The nonce that the next proof needs. */
  nonce?: string
}

/**
 * The API must not carry out a request, because its access token is not good enough or could not be checked. `message` says why.
 * It has nothing of the token, so that you can log it and send it.
 *
 * Hono, Express and Fastify answer this error rightly if you let them catch it, because they know `getResponse`, or `status` and
 * `headers`.
 */
export class AccessTokenError extends CodedError<AccessTokenErrorCode> {
  override readonly name = 'AccessTokenError'
  /** The status of the answer. */
  declare readonly status: number
  /** Headers of the answer: `www-authenticate` (RFC 6750 §3, RFC 9449 §7.1), and perhaps `dpop-nonce` or `retry-after`. */
  declare readonly headers: Readonly<Record<string, string>>

  constructor(code: AccessTokenErrorCode, details: AccessTokenErrorDetails) {
    const status = STATUS[code]
    super(code, details, { status })
    const challenge = details.scheme && challengeOf(code, this.message, details)
    const { nonce } = details
    const headers = {
      ...(challenge && { 'www-authenticate': challenge }),
      ...(nonce && { 'dpop-nonce': nonce }),
      ...(status === 503 && { 'retry-after': RETRY_AFTER }),
    }
    Object.assign(this, { headers })
  }

  /**
   * Creates the answer: problem details (RFC 9457) with the code as their `title`. Each call creates a new one.
   *
   * @example
   * ```ts
   * if (isAccessTokenError(error)) return error.getResponse()
   * ```
   */
  getResponse(): Response {
    const { code, status, message } = this
    const problem = { type: errorsPage(code), title: code, status, detail: message }
    const headers = {
      ...this.headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }
    return new Response(JSON.stringify(problem), { status, headers })
  }
}

/**
 * True if a value is an {@link AccessTokenError}. Also recognizes one of another realm or another copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   const { sub } = await verifyAccessToken(request, { scope: 'read:calendar' })
 *   return Response.json({ sub })
 * } catch (error) {
 *   if (isAccessTokenError(error)) return error.getResponse()
 *   throw error
 * }
 * ```
 */
export function isAccessTokenError(value: unknown): value is AccessTokenError {
  return value instanceof Error && value.name === 'AccessTokenError'
}

/** How long a client waits after a 503, in seconds. */
const RETRY_AFTER = '5'

function challengeOf(
  code: AccessTokenErrorCode,
  message: string,
  { scheme, scope }: AccessTokenErrorDetails,
): string {
  const algs = parameter('algs', PROOF_ALGORITHMS.join(' '))
  // A request without a token gets no error code (RFC 6750 §3.1).
  if (code === 'missing_token') return `DPoP ${algs}, Bearer`
  const parameters = [
    parameter('error', code),
    parameter('error_description', message),
    ...(scope ? [parameter('scope', scope)] : []),
    ...(scheme === 'DPoP' ? [algs] : []),
  ]
  return `${scheme} ${parameters.join(', ')}`
}

/** Writes a parameter of a challenge. Leaves out the characters that it must not have (RFC 6750 §3). */
function parameter(name: string, value: string): string {
  return `${name}="${value.replace(/[^\x20-\x7e]|["\\]/g, '')}"`
}
