import { TokenError } from '../errors/token-error.js'
import { unlessAborted } from '../http/abort.js'
import { createSender, discard, type Fetch, toRequest } from '../http/fetch.js'
import { isSecure, parseUrl } from '../http/url.js'
import { challengeError } from '../http/www-authenticate.js'
import type { AccessToken, AccessTokenRequest, AccessTokenSource } from './access-token.js'
import { checkDpop, type Dpop, type RequestProver, replaceToken } from './dpop.js'

/** How requests of one audience and scope are authorized. @internal */
export interface Authorization {
  accessToken: AccessTokenSource
  dpop?: Dpop | undefined
  audience: string
  scope: string
}

/** Options of {@link createAuthorizedFetch} and `authorizationMiddleware`. */
export interface AuthorizationOptions {
  /** Where access tokens come from: a function that returns one, or a Bearer token itself. */
  accessToken: AccessTokenSource
  /** Makes the proofs of DPoP-bound tokens. Without it, tokens are Bearer. */
  dpop?: Dpop | undefined
  /** The API that is called, as the token source knows it. */
  audience: string
  /** The scopes that the calls need, separated by spaces. */
  scope: string
  /**
   * The origins that may see the token, such as `https://api.example.test`. Plain http is for localhost only. They cannot be
   * changed by a call.
   */
  allowedOrigins: readonly string[]
}

/** Options of {@link createAuthorizedFetch}. */
export interface AuthorizedFetchOptions extends AuthorizationOptions {
  /** Sends the authorized requests. The runtime's `fetch` by default. */
  fetch?: Fetch | undefined
}

/** A request on its way: authorized, and able to answer a refusal. @internal */
export interface AuthorizedRequest {
  /** The request with its credentials. Send it once. */
  readonly request: Request
  /**
   * Takes the answer to {@link request} and returns the final one. Sends the request again, at most once for each cause,
   * if it was refused because of the token, the nonce or the clock; nothing was processed before such an answer.
   */
  settle(response: Response, send: Fetch): Promise<Response>
}

/**
 * Creates a `fetch` for an API of yours. It adds the access token and the DPoP proof. If the API refuses a request because of
 * one of them, it sends the request again. It does not follow redirects, because a token must not go anywhere else.
 *
 * @returns A `fetch`. It throws a TypeError, and sends nothing, if a request goes to an origin that is not in `allowedOrigins`.
 * @throws {TypeError} if an option is wrong; the message names it.
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1
 *
 * @example
 * ```ts
 * import { createAuthorizedFetch } from '@connected-accounts/client'
 *
 * const authorizedFetch = createAuthorizedFetch({
 *   accessToken: 'the-access-token',
 *   audience: 'https://api.example.test/',
 *   scope: 'read:events',
 *   allowedOrigins: ['https://api.example.test'],
 * })
 * // Call it like `fetch`.
 * const response = await authorizedFetch('https://api.example.test/events')
 * ```
 */
export function createAuthorizedFetch(options: AuthorizedFetchOptions): typeof globalThis.fetch {
  const send = createSender(options.fetch)
  const authorize = createAuthorizer(options)
  return async (input, init) => {
    const authorized = await authorize(toRequest(input, init))
    return authorized.settle(await send(authorized.request), send)
  }
}

/**
 * Creates a function that authorizes requests to the allowed origins.
 *
 * @throws {TypeError} if an option is wrong; the message names it.
 * @internal
 */
export function createAuthorizer(
  options: AuthorizationOptions,
): (request: Request) => Promise<AuthorizedRequest> {
  checkAuthorization(options)
  const { audience, scope, allowedOrigins } = options
  if (typeof audience !== 'string' || !audience) {
    throw new TypeError("audience must be the API's identifier, like 'https://api.example.test/'.")
  }
  if (typeof scope !== 'string') {
    throw new TypeError("scope must be a string: the scopes separated by spaces, or ''.")
  }
  const checkOrigin = createOriginCheck(allowedOrigins)
  return async (request) => {
    checkOrigin(new URL(request.url))
    return authorizeRequest(request, options)
  }
}

/**
 * Creates a function that throws a TypeError if a URL has an origin that may not see the token.
 *
 * @throws {TypeError} if `allowedOrigins` are not origins, or use http and are not on localhost.
 * @internal
 */
export function createOriginCheck(allowedOrigins: readonly string[]): (url: URL) => void {
  if (!areOrigins(allowedOrigins)) {
    throw new TypeError(
      "allowedOrigins must be an array of origins without a path, like ['https://api.example.test']. They must use https " +
        'unless they are on localhost.',
    )
  }
  const origins = new Set(allowedOrigins)
  return ({ origin }) => {
    if (origins.has(origin)) return
    throw new TypeError(
      `allowedOrigins does not have ${origin}: the access token is not sent there. Add the origin if it is your API's.`,
    )
  }
}

function areOrigins(origins: readonly string[]): boolean {
  if (!Array.isArray(origins) || origins.length === 0) return false
  const urls = origins.map((text) => parseUrl(text))
  return urls.every((url, index) => url && url.origin === origins[index] && isSecure(url))
}

/**
 * Checks the options that every client has.
 *
 * @throws {TypeError} if `accessToken` or `dpop` cannot be used; the message names it.
 * @internal
 */
export function checkAuthorization({
  accessToken,
  dpop,
}: Pick<Authorization, 'accessToken' | 'dpop'>): void {
  if (typeof accessToken !== 'function' && !isToken({ accessToken, tokenType: 'Bearer' })) {
    throw new TypeError(
      "accessToken must be a function that returns a token, or a Bearer token without 'Bearer' in front.",
    )
  }
  checkDpop(dpop)
}

/**
 * Authorizes a request with an access token and, if there is a prover, a DPoP proof. The client,
 * `authorizationMiddleware` and {@link createAuthorizedFetch} all use this function.
 *
 * @param request - Must not follow redirects. Do not use it afterwards: if it is a GET, the credentials are set on it. Any
 * other request is copied each time that it is sent, because a body can be sent only once.
 * @throws {TokenError} `dpop_prover_missing`, if the token is bound to a key and there is no prover.
 * @throws {TokenError} `token_not_bound`, if the token is Bearer and there is a prover.
 * @throws {TypeError} if the token source returned no token.
 * @internal
 */
export async function authorizeRequest(
  request: Request,
  authorization: Authorization,
): Promise<AuthorizedRequest> {
  const { signal } = request
  let token = await getToken(authorization, { signal, forceRefresh: false })
  const prover = await authorization.dpop?.proverFor(request)
  const replayed = new Set<string>()

  async function replay(response?: Response): Promise<AccessToken | undefined> {
    const error = response && refusedFor(response, prover ? 'dpop' : 'bearer')
    const challenge = error && !replayed.has(error) ? error : undefined
    if (challenge) replayed.add(challenge)
    const freshToken = async (rejectedToken?: string) => {
      signal.throwIfAborted()
      return getToken(authorization, { signal, forceRefresh: true, rejectedToken })
    }
    const outcome = { response, challenge, token, freshToken }
    if (prover) return prover.replay(outcome)
    return challenge === 'invalid_token' ? replaceToken(outcome) : undefined
  }

  async function settle(first: Response, send: Fetch): Promise<Response> {
    for (let response = first; ; ) {
      const refused = response
      try {
        const next = await replay(refused)
        if (!next) return refused
        token = next
      } catch (error) {
        discard(refused)
        throw error
      }
      discard(refused)
      try {
        response = await send(await sign(request.clone(), { token, prover }))
      } catch (error) {
        await replay()
        throw error
      }
    }
  }

  const first = request.method === 'GET' ? request : request.clone()
  return { request: await sign(first, { token, prover }), settle }
}

/** Sets the credentials of a request. */
async function sign(
  request: Request,
  { token, prover }: { token: AccessToken; prover: RequestProver | undefined },
): Promise<Request> {
  // Compared without regard to case (RFC 6749 §5.1).
  const isBound = token.tokenType.toLowerCase() === 'dpop'
  if (isBound && !prover) {
    throw new TokenError('dpop_prover_missing', {
      message: 'The access token is bound to a DPoP key. Pass the prover of that key as `dpop`.',
    })
  }
  if (prover && !isBound) {
    throw new TokenError('token_not_bound', {
      message:
        'The access token is Bearer, but there is a `dpop` prover. Log in with DPoP, or leave `dpop` out.',
    })
  }
  request.headers.set('authorization', `${prover ? 'DPoP' : 'Bearer'} ${token.accessToken}`)
  if (prover) request.headers.set('dpop', await unlessAborted(prover.sign(token), request.signal))
  return request
}

/** Reads why a request was refused. The My Account API refuses a DPoP proof with 400, and everything else with 401. */
function refusedFor(response: Response, scheme: 'bearer' | 'dpop'): string | undefined {
  if (response.status !== 400 && response.status !== 401) return undefined
  const error = challengeError(response, scheme)
  // Auth0 names a nonce that has expired differently than a missing one; both are one cause (RFC 9449 §9).
  return error === 'invalid_dpop_nonce' ? 'use_dpop_nonce' : error
}

async function getToken(
  { accessToken, audience, scope }: Authorization,
  request: Pick<AccessTokenRequest, 'forceRefresh' | 'rejectedToken'> & { signal: AbortSignal },
): Promise<AccessToken> {
  const given =
    typeof accessToken === 'string' ? accessToken : accessToken({ audience, scope, ...request })
  const result = await unlessAborted(Promise.resolve(given), request.signal)
  const token = typeof result === 'string' ? { accessToken: result, tokenType: 'Bearer' } : result
  if (isToken(token)) return token
  throw new TypeError(
    'accessToken returned no token. It must return { accessToken, tokenType }, or a Bearer token as a string.',
  )
}

/** Checked here because the runtime would repeat a header value that it refuses, and a token must not be in a message. */
function isToken(token: AccessToken | undefined): boolean {
  const { accessToken, tokenType } = { ...token }
  return [accessToken, tokenType].every((text) => typeof text === 'string' && /^[!-~]+$/.test(text))
}
