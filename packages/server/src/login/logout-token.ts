import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'

/** Whose sessions end, as a logout token says. */
export interface LogoutClaims {
  sid?: string
  sub?: string
  /** Seconds since the epoch, by the tenant's clock. */
  iat: number
}

/** The values that a logout token is checked against. */
export interface LogoutTokenChecks {
  issuer: string
  clientId: string
  /** The tenant's keys. */
  keys: JWTVerifyGetKey
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** How old a token may be, in seconds. Auth0's tokens live for two minutes. */
const MAX_AGE = 300
/** How far the tenant's clock may differ, in seconds. */
const TOLERANCE = 30
/** The algorithms that Auth0 signs with. */
const ALGORITHMS = ['RS256', 'PS256']
const TYPES = [undefined, 'jwt', 'logout+jwt', 'application/logout+jwt']

/**
 * Checks a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6): its signature and type, `iss`, `aud`, `iat`, `exp`,
 * `jti`, `events`, and a `sid` or `sub`. It must have no `nonce`, so that an ID token does not pass. The `jti` is not
 * remembered, because a token that comes twice ends no further session.
 *
 * @throws {JOSEError} of jose, if a check fails.
 */
export async function verifyLogoutToken(
  token: string,
  { issuer, clientId, keys }: LogoutTokenChecks,
): Promise<LogoutClaims> {
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    maxTokenAge: MAX_AGE,
    clockTolerance: TOLERANCE,
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  })
  const { sid, sub, iat = 0 } = payload
  const check = (holds: boolean, claim: string) => {
    if (!holds) throw new errors.JWTInvalid(`"${claim}" of the logout token is missing or wrong`)
  }
  check(TYPES.includes(protectedHeader.typ?.toLowerCase()), 'typ')
  check(isLogoutEvent(payload), 'events')
  check(!('nonce' in payload), 'nonce')
  check(isMissingOrText(sid), 'sid')
  check(isMissingOrText(sub) && (sid ?? sub) !== undefined, 'sub')
  return { ...(isText(sid) && { sid }), ...(isText(sub) && { sub }), iat }
}

function isLogoutEvent({ events }: JWTPayload): boolean {
  if (typeof events !== 'object' || events === null) return false
  const event: unknown = Object.entries(events).find(([name]) => name === EVENT)?.[1]
  return typeof event === 'object' && event !== null
}

function isMissingOrText(claim: unknown): boolean {
  return claim === undefined || isText(claim)
}

function isText(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== ''
}
