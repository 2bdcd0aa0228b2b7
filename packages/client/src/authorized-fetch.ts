import { unlessAborted } from './abort.js'
import { challengeError } from './challenge.js'
import { clockOffset, isOtherOffset } from './clock.js'
import type { NonceKeepingProver } from './dpop.js'
import { TokenError } from './errors.js'

/** What a token source is asked for. */
export interface AccessTokenRequest {
  /** The API that the token is for, `https://{domain}/me/` for the My Account API. */
  audience: string
  /** The scopes that it needs, separated by spaces. */
  scope: string
  /** True when a cached token has just been refused: get a new one. */
  fresh: boolean
  signal?: AbortSignal
}

/** An access token and how to present it. */
export interface AccessToken {
  accessToken: string
  /** `Bearer` or `DPoP`, in any case (RFC 6749 §5.1). */
  tokenType: string
  /** Milliseconds since the epoch. */
  expiresAt?: number | undefined
}

/** Where access tokens come from: a function, or a Bearer token itself. */
export type AccessTokenSource =
  | string
  | ((request: AccessTokenRequest) => AccessToken | string | Promise<AccessToken | string>)

/** How requests of one audience and scope are authorized. */
export interface Authorization {
  accessToken: AccessTokenSource
  /** Makes the proofs that DPoP-bound tokens need; without it, tokens are Bearer. */
  dpop?: NonceKeepingProver | undefined
  audience: string
  scope: string
}

/** What sends a request, as the runtime's own `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>

/** What a request is sent with. The nonce of its own challenge is given to nobody else before the request is over. */
interface Credentials {
  token: AccessToken
  nonce?: string | undefined
}

/** Why a request was refused before it was processed, so that it may be sent again. */
type Cause = 'nonce' | 'token' | 'proof'

/**
 * Sends a request with an access token and, where one is given, a DPoP proof. Sends it again, at most once for each
 * cause, where the answer asks for another nonce, says that the token is invalid, or refuses the proof and a new token
 * shows that this device's clock is off; nothing was processed before such an answer.
 * Throws {@link TokenError} `dpop_prover_missing` or `token_not_bound` where token and prover do not go together.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1
 */
export async function authorizedFetch(
  request: Request,
  authorization: Authorization,
  fetch: Fetch,
): Promise<Response> {
  const { dpop } = authorization
  const replayed = new Set<Cause>()
  let credentials: Credentials = { token: await getToken(authorization, request.signal, false) }
  for (;;) {
    const clockOffset = dpop?.getClockOffset?.()
    const response = await fetch(await authorize(request, credentials, dpop))
    const nonce = response.headers.get('dpop-nonce') ?? credentials.nonce
    const cause = causeOf(response, credentials.token)
    const token =
      cause && !replayed.has(cause)
        ? await remedies[cause]({ request, response, authorization, credentials, clockOffset })
        : undefined
    if (!cause || !token) {
      if (nonce && isBound(credentials.token)) await dpop?.setNonce(originOf(request), nonce)
      return response
    }
    replayed.add(cause)
    credentials = { token, nonce }
    await response.body?.cancel()
  }
}

/** Auth0 says `use_dpop_nonce` (RFC 9449 §9) where a nonce is missing and `invalid_dpop_nonce` where it has expired. */
const CAUSES = new Map<string | undefined, Cause>([
  ['use_dpop_nonce', 'nonce'],
  ['invalid_dpop_nonce', 'nonce'],
  ['invalid_token', 'token'],
  ['invalid_dpop_proof', 'proof'],
])

function causeOf(response: Response, token: AccessToken): Cause | undefined {
  if (response.status !== 401 && response.status !== 400) return undefined
  const cause = CAUSES.get(challengeError(response, isBound(token) ? 'DPoP' : 'Bearer'))
  // The My Account API refuses a proof with 400, RFC 9449 §7.1 with 401.
  return response.status === 401 || cause === 'proof' ? cause : undefined
}

interface Refusal {
  request: Request
  response: Response
  authorization: Authorization
  credentials: Credentials
  /** As it was when the refused proof was made. */
  clockOffset: number | undefined
}

/** The token to send the request again with, or undefined where that would be of no use. */
const remedies: Record<Cause, (refusal: Refusal) => Promise<AccessToken | undefined>> = {
  async nonce({ response, credentials }) {
    return response.headers.has('dpop-nonce') ? credentials.token : undefined
  },
  token: getFreshToken,
  async proof(refusal) {
    const { dpop } = refusal.authorization
    if (!dpop?.getClockOffset || !dpop.setClockOffset) return undefined
    // Another request has learned it in the meantime.
    if (isOtherOffset(dpop.getClockOffset(), refusal.clockOffset)) return refusal.credentials.token
    const token = await getFreshToken(refusal)
    const offset = token && clockOffset(token.accessToken)
    if (offset === undefined || !isOtherOffset(offset, refusal.clockOffset)) return undefined
    dpop.setClockOffset(offset)
    return token
  },
}

/** A token that is not the refused one. A source that has no other is not worth a replay. */
async function getFreshToken({ request, authorization, credentials }: Refusal) {
  if (typeof authorization.accessToken === 'string') return undefined
  const token = await getToken(authorization, request.signal, true)
  return token.accessToken === credentials.token.accessToken ? undefined : token
}

async function getToken(
  { accessToken, audience, scope, dpop }: Authorization,
  signal: AbortSignal,
  fresh: boolean,
): Promise<AccessToken> {
  const given =
    typeof accessToken === 'string' ? accessToken : accessToken({ audience, scope, signal, fresh })
  const answer = given instanceof Promise ? await unlessAborted(given, signal) : given
  const token = typeof answer === 'string' ? { accessToken: answer, tokenType: 'Bearer' } : answer
  const bound = isBound(token)
  const proves = dpop !== undefined && (await dpop.isEnabled?.()) !== false
  if (bound && !proves) throw proverMissing()
  if (!bound && proves) throw notBound()
  return token
}

/** A copy with its credentials, so that the caller's own request, which middleware may log, never has a token. */
async function authorize(
  request: Request,
  { token, nonce }: Credentials,
  dpop: Authorization['dpop'],
) {
  const authorized = withoutRedirects(request.clone())
  if (dpop && isBound(token)) {
    authorized.headers.set('authorization', `DPoP ${token.accessToken}`)
    authorized.headers.set('dpop', await proofFor(request, { token, nonce }, dpop))
  } else {
    authorized.headers.set('authorization', `Bearer ${token.accessToken}`)
  }
  return authorized
}

/** A redirect is never followed with a token. */
function withoutRedirects(request: Request): Request {
  return request.redirect === 'manual' ? request : new Request(request, { redirect: 'manual' })
}

async function proofFor(
  request: Request,
  { token: { accessToken }, nonce: ownNonce }: Credentials,
  dpop: NonceKeepingProver,
) {
  const nonce = ownNonce ?? (await dpop.getNonce(originOf(request)))
  const { url, method } = request
  return dpop.generateProof({ url, method, accessToken, ...(nonce && { nonce }) })
}

function originOf(request: Request): string {
  return new URL(request.url).origin
}

function isBound({ tokenType }: AccessToken): boolean {
  return tokenType.toLowerCase() === 'dpop'
}

function proverMissing(): TokenError {
  return new TokenError('dpop_prover_missing', {
    message:
      'The access token is bound to a DPoP key, but no `dpop` was given to prove its possession.',
  })
}

function notBound(): TokenError {
  return new TokenError('token_not_bound', {
    message:
      'A `dpop` was given, but the access token is Bearer: log in with DPoP, or leave `dpop` out.',
  })
}

/** The runtime's `fetch` as it is when it is called, so that it may be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  return globalThis.fetch(request)
}
