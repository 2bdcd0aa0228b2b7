import { challengeError } from '@connected-accounts/client/internal'

/**
 * Returns the scopes that a provider asks for if it refused a call because its token lacks scopes; none if it does not name them,
 * or lets one choose. Returns undefined for every other answer. Reads a copy of the body if it is JSON with the status 403.
 *
 * It knows the challenge `insufficient_scope` (RFC 6750 §3.1), the errors of Google's APIs, and the headers of GitHub's API.
 *
 * @internal
 */
export async function refusedScopes(response: Response): Promise<string[] | undefined> {
  const { status, headers } = response
  const challenge = headers.get('www-authenticate') ?? ''
  if (status !== 401 && status !== 403) return undefined
  if (challengeError(response, 'bearer') === 'insufficient_scope') {
    const scopes = listOf(SCOPE.exec(challenge)?.[1])
    return isOfGoogle(challenge) ? onlyChoice(scopes) : scopes
  }
  if (status !== 403) return undefined
  return githubScopes(response) ?? ((await isGoogleRefusal(response)) ? [] : undefined)
}

/** The `scope` of a challenge. A scope has no quotes (RFC 6749 §3.3). */
const SCOPE = /\bscope\s*=\s*"([^"]*)"/i

/** GitHub sends both headers with every answer, also if a rate limit was the reason. Any one of the accepted scopes is enough. */
function githubScopes({ headers }: Response): string[] | undefined {
  const [granted, accepted] = ['x-oauth-scopes', 'x-accepted-oauth-scopes'].map((name) =>
    headers.get(name),
  )
  const wanted = listOf(accepted)
  if (typeof granted !== 'string' || wanted.length === 0) return undefined
  const isEnough = wanted.some((scope) => listOf(granted).includes(scope))
  return isEnough ? undefined : onlyChoice(wanted)
}

/** Google's challenge lists every scope that would do, also the widest. */
function isOfGoogle(challenge: string): boolean {
  return /accounts\.google\.com/.test(challenge)
}

/** Returns no scope if any one of several is enough: a person must not be asked for more than the call needs. */
function onlyChoice(scopes: string[]): string[] {
  return scopes.length === 1 ? scopes : []
}

/** Google's APIs name one of these reasons, the newer ones in `details` and the older ones in `errors`. */
const GOOGLE_REASONS = ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'insufficientPermissions']

async function isGoogleRefusal(response: Response): Promise<boolean> {
  if (!/json/i.test(response.headers.get('content-type') ?? '')) return false
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  const { details, errors }: Record<string, unknown> = Object(Object(body).error)
  const reasons = [details, errors].flat().map((entry): unknown => Object(entry).reason)
  return GOOGLE_REASONS.some((reason) => reasons.includes(reason))
}

function listOf(text: string | null | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter(Boolean)
}
