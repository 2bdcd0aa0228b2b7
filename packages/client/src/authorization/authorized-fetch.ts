import { TokenError } from '../errors/token-error.js'
import { unlessAborted } from '../http/abort.js'
import type { Fetch } from '../http/fetch.js'
import { challengeError } from '../http/www-authenticate.js'
import {
  type AccessToken,
  type AccessTokenRequest,
  type AccessTokenSource,
  isBound,
} from './access-token.js'
import { checkDpop, type Dpop, type Remedy, type RequestProofs } from './dpop.js'

/** How requests of one audience and scope are authorized. */
export interface Authorization {
  accessToken: AccessTokenSource
  /** Makes the proofs that DPoP-bound tokens need; without it, tokens are Bearer. */
  dpop?: Dpop | undefined
  audience: string
  scope: string
}

/** Refuses, with a TypeError that names the option, what could authorize nothing. */
export function checkAuthorization({ accessToken, dpop }: Omit<Authorization, 'scope'>): void {
  if (typeof accessToken !== 'function' && !(typeof accessToken === 'string' && accessToken)) {
    throw new TypeError('accessToken must be a function or a Bearer token.')
  }
  checkDpop(dpop)
}

/**
 * Sends a request, which is its own from then on and must not follow redirects, with an access token and, where one is
 * given, a DPoP proof. Sends it again, at most once for each
 * cause, where the answer says that the token is invalid and there is another, or where the proof was refused and
 * {@link RequestProofs} know a remedy; nothing was processed before such an answer.
 * Throws {@link TokenError} `dpop_prover_missing` or `token_not_bound` where token and prover do not go together.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1
 */
export async function authorizedFetch(
  request: Request,
  authorization: Authorization,
  fetch: Fetch,
): Promise<Response> {
  const { signal } = request
  const freshToken = (rejectedToken?: string) =>
    getToken(authorization, { signal, forceRefresh: true, rejectedToken })
  let token = await getToken(authorization, { signal, forceRefresh: false })
  const proofs = await authorization.dpop?.proofsFor(request)
  const replayed = new Set<Remedy | undefined>()
  try {
    for (;;) {
      const response = await fetch(await authorize(request, token, proofs))
      proofs?.read(response)
      const remedy = remedyOf(response, proofs)
      const next = !replayed.has(remedy) && (await remedy?.({ response, token, freshToken }))
      if (!next) return response
      replayed.add(remedy)
      token = next
      await response.body?.cancel()
    }
  } finally {
    await proofs?.end()
  }
}

/** What may help where a request was refused. The My Account API refuses a proof with 400, all else with 401. */
function remedyOf(response: Response, proofs: RequestProofs | undefined): Remedy | undefined {
  if (![400, 401].includes(response.status)) return undefined
  const error = challengeError(response, proofs ? 'dpop' : 'bearer') ?? ''
  return error === 'invalid_token' ? otherToken : proofs?.remedies.get(error)
}

/** A source that has no other token than the refused one, as a string has none, is not worth a replay. */
const otherToken: Remedy = async ({ token, freshToken }) => {
  const fresh = await freshToken(token.accessToken)
  return fresh.accessToken === token.accessToken ? undefined : fresh
}

async function getToken(
  { accessToken, audience, scope }: Authorization,
  request: Pick<AccessTokenRequest, 'forceRefresh' | 'rejectedToken'> & { signal: AbortSignal },
): Promise<AccessToken> {
  const given =
    typeof accessToken === 'string' ? accessToken : accessToken({ audience, scope, ...request })
  // Not `instanceof`, as a promise may be another realm's, or zone.js's.
  const isPromise = typeof given === 'object' && given && 'then' in given
  const answer = isPromise ? await unlessAborted(Promise.resolve(given), request.signal) : given
  const token = typeof answer === 'string' ? { accessToken: answer, tokenType: 'Bearer' } : answer
  if (isToken(token)) return token
  throw new TypeError('accessToken must answer { accessToken, tokenType } or a Bearer token.')
}

/** Checked here because the runtime repeats a header value that it refuses: a token does not belong in a message. */
function isToken(token: AccessToken | undefined): boolean {
  const { accessToken, tokenType } = { ...token }
  return [accessToken, tokenType].every((text) => typeof text === 'string' && /^[!-~]+$/.test(text))
}

/** Gives a request its credentials: a copy, but for a GET that is sent for the first time. */
async function authorize(
  request: Request,
  token: AccessToken,
  proofs: RequestProofs | undefined,
): Promise<Request> {
  if (!proofs && isBound(token)) {
    throw new TokenError('dpop_prover_missing', {
      message: 'The access token is bound to a DPoP key: give `dpop`.',
    })
  }
  // What may have a body can be sent once only, and a `fetch` may keep the requests that it was given.
  const isFirst = request.method === 'GET' && !request.headers.has('authorization')
  const authorized = isFirst ? request : request.clone()
  authorized.headers.set('authorization', `${proofs ? 'DPoP' : 'Bearer'} ${token.accessToken}`)
  if (proofs) authorized.headers.set('dpop', await proofs.generate(token))
  return authorized
}
