import { challengeError, type DpopProver, keepNonces, type NonceKeepingProver } from './dpop.js'
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

type Replay = 'nonce' | 'fresh'

/**
 * Sends a request with an access token and, where one is given, a DPoP proof. A 401 that asks for a nonce or says that
 * the token is invalid is answered by sending the request again, each at most once; nothing was processed before a 401.
 * Throws {@link TokenError} `dpop_prover_missing` or `token_not_bound` where token and prover do not go together.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1
 */
export async function authorizedFetch(
  request: Request,
  authorization: Authorization,
  fetch: Fetch,
): Promise<Response> {
  const replayed = new Set<Replay>()
  for (;;) {
    const token = await getToken(authorization, request.signal, replayed.has('fresh'))
    const authorized = await authorize(request, token, authorization.dpop)
    const response = await fetch(authorized)
    const newNonce = await keepNonce(response, authorized, authorization.dpop)
    const replay = replayFor(response, newNonce)
    if (!replay || replayed.has(replay)) return response
    replayed.add(replay)
    await response.body?.cancel()
  }
}

async function getToken(
  { accessToken, audience, scope, dpop }: Authorization,
  signal: AbortSignal,
  fresh: boolean,
): Promise<AccessToken> {
  const answer =
    typeof accessToken === 'string'
      ? accessToken
      : await accessToken({ audience, scope, signal, fresh })
  const token = typeof answer === 'string' ? { accessToken: answer, tokenType: 'Bearer' } : answer
  const bound = isBound(token)
  const proves = dpop !== undefined && (await dpop.isEnabled?.()) !== false
  if (bound && !proves) throw proverMissing()
  if (!bound && proves) throw notBound()
  return token
}

async function authorize(request: Request, token: AccessToken, dpop: Authorization['dpop']) {
  const headers = new Headers(request.headers)
  if (dpop && isBound(token)) {
    headers.set('authorization', `DPoP ${token.accessToken}`)
    headers.set('dpop', await proofFor(request, token.accessToken, dpop))
  } else {
    headers.set('authorization', `Bearer ${token.accessToken}`)
  }
  return new Request(request.clone(), { headers, redirect: 'manual' })
}

async function proofFor(request: Request, accessToken: string, dpop: NonceKeepingProver) {
  const nonce = await dpop.getNonce(new URL(request.url).origin)
  const { url, method } = request
  return dpop.generateProof({ url, method, accessToken, ...(nonce && { nonce }) })
}

async function keepNonce(response: Response, request: Request, dpop: Authorization['dpop']) {
  const nonce = response.headers.get('dpop-nonce')
  if (nonce) await dpop?.setNonce(new URL(request.url).origin, nonce)
  return nonce
}

function isBound({ tokenType }: AccessToken): boolean {
  return tokenType.toLowerCase() === 'dpop'
}

/** Auth0 says `use_dpop_nonce` (RFC 9449 §9) where a nonce is missing and `invalid_dpop_nonce` where it has expired. */
function replayFor(response: Response, newNonce: string | null): Replay | undefined {
  if (response.status !== 401) return undefined
  const error = challengeError(response)
  if (error === 'use_dpop_nonce' || error === 'invalid_dpop_nonce') {
    return newNonce ? 'nonce' : undefined
  }
  return error === 'invalid_token' ? 'fresh' : undefined
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

/** Options of {@link createAuthorizedFetch}. */
export interface AuthorizedFetchOptions {
  accessToken: AccessTokenSource
  dpop?: DpopProver | undefined
  /** The API that is called. */
  audience: string
  /** The scopes that the calls need, separated by spaces. */
  scope: string
  /** Origins that may see the token; a request to any other throws a TypeError and is not sent. */
  allowedOrigins: readonly string[]
  fetch?: Fetch | undefined
}

/**
 * Makes a `fetch` for any API of yours: it adds the access token and its proof, and repeats what a 401 asks for.
 * Redirects are not followed.
 */
export function createAuthorizedFetch(options: AuthorizedFetchOptions): typeof globalThis.fetch {
  const { allowedOrigins, accessToken, audience, scope } = options
  const dpop = options.dpop && keepNonces(options.dpop)
  const send = options.fetch ?? runtimeFetch
  return async (input, init) => {
    const request = new Request(input, init)
    const { origin } = new URL(request.url)
    if (!allowedOrigins.includes(origin)) {
      throw new TypeError(
        `allowedOrigins does not have ${origin}: the access token is not sent there.`,
      )
    }
    return authorizedFetch(request, { accessToken, dpop, audience, scope }, send)
  }
}

/** The runtime's `fetch` as it is when it is called, so that it may be replaced later. */
export function runtimeFetch(request: Request): Promise<Response> {
  return globalThis.fetch(request)
}
