import { decodeJwt, errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { AccessTokenError, type Scheme } from './access-token-error.js'
import { createTenantKeys, type TenantKeysOptions } from './tenant-keys.js'

/** The claims of an access token, as Auth0 names them in its two formats. */
export interface AccessTokenClaims extends JWTPayload {
  sub: string
  exp: number
  /** The application, in the format `access_token`. */
  azp?: string
  /** The application, in the format `rfc9068_profile`. */
  client_id?: string
  scope?: string
  permissions?: string[]
  /** What the token is bound to (RFC 7800). */
  cnf?: { jkt?: string; [method: string]: unknown }
  /** The organization that the user logged in to. */
  org_id?: string
}

/** Reads and verifies the claims of a token that was sent with a scheme. */
export type ClaimsReader = (accessToken: string, scheme: Scheme) => Promise<AccessTokenClaims>

/** The algorithms that Auth0 signs access tokens with, apart from HS256, for which an API would have the tenant's secret. */
const ALGORITHMS = ['RS256', 'RS512', 'PS256', 'ES256']
/** Auth0's default format has `JWT`, and RFC 9068 has `at+jwt`. */
const TYPE = /^(application\/)?(at\+)?jwt$/i
/** How far the tenant's clock may differ, in seconds: as much as Auth0's own SDK allows. */
const CLOCK_TOLERANCE = 5

/**
 * Creates a function that verifies the claims of access tokens.
 *
 * @param origins - The tenant's domains. Each is the issuer of its tokens and has its own keys.
 * @throws {AccessTokenError} `invalid_token`, if a token is not valid here.
 * @throws {AccessTokenError} `keys_unavailable`, if the tenant's keys cannot be fetched.
 */
export function createClaimsReader(
  origins: readonly string[],
  { audience, ...options }: TenantKeysOptions & { audience: string },
): ClaimsReader {
  const tenants = new Map(
    origins.map((origin) => [`${origin}/`, createTenantKeys(origin, options)]),
  )
  async function verify(accessToken: string): Promise<JWTVerifyResult> {
    // Only chooses among the tenant's domains. The signature is checked with the keys of that domain.
    const { iss: issuer = '' } = decodeJwt(accessToken)
    const keys = tenants.get(issuer)
    if (!keys) throw new errors.JWTClaimValidationFailed('', {}, 'iss')
    const requiredClaims = ['sub', 'exp']
    const clockTolerance = CLOCK_TOLERANCE
    const checks = { issuer, audience, algorithms: ALGORITHMS, clockTolerance, requiredClaims }
    return jwtVerify(accessToken, keys, checks)
  }
  return async (accessToken, scheme) => {
    const { payload, protectedHeader } = await verify(accessToken).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? refusal(scheme, reasonOf(error)) : error
    })
    if (!TYPE.test(protectedHeader.typ ?? '')) throw refusal(scheme, 'is a JWT of another type')
    if (!isAccessToken(payload)) throw refusal(scheme, 'has a claim that is malformed')
    return payload
  }
}

/**
 * Returns the thumbprint of the key that a token is bound to. Undefined if it is not bound.
 *
 * @throws {AccessTokenError} `invalid_token`, if the token was sent with the wrong scheme (RFC 9449 §7.2), or is bound to something else
 * than a DPoP key, such as a client certificate.
 */
export function boundTo({ cnf }: AccessTokenClaims, scheme: Scheme): string | undefined {
  if (cnf === undefined && scheme === 'Bearer') return undefined
  if (cnf === undefined) throw refusal('DPoP', 'is not bound to a key. Send it as Bearer')
  if (!cnf.jkt) throw refusal(scheme, 'is bound to something that this API cannot check')
  if (scheme === 'DPoP') return cnf.jkt
  throw refusal('DPoP', 'is bound to a key. Send it with the scheme DPoP and a proof')
}

function refusal(scheme: Scheme, reason: string): AccessTokenError {
  return new AccessTokenError('invalid_token', { message: `The access token ${reason}.`, scheme })
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_REASONS[error.claim] ?? `has no usable claim ${error.claim}`
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) {
    return 'is not a JWT. Auth0 issues one only if the application asks for the audience of this API'
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return `is not signed with one of the algorithms ${ALGORITHMS.join(', ')}`
  }
  return 'is not signed with a key of the tenant'
}

const CLAIM_REASONS: Record<string, string> = {
  iss: 'is from another issuer. Check the domain',
  aud: 'is for another audience',
  nbf: 'is not valid yet',
}

/** Checks the claims that jose has not checked. */
function isAccessToken(payload: JWTPayload): payload is AccessTokenClaims {
  const { sub, azp, client_id, scope, permissions, cnf } = payload
  return (
    isText(sub) &&
    [azp, client_id, scope].every((claim) => claim === undefined || typeof claim === 'string') &&
    (permissions === undefined || isTexts(permissions)) &&
    (cnf === undefined || isConfirmation(cnf))
  )
}

function isConfirmation(cnf: unknown): boolean {
  const { jkt }: { jkt?: unknown } = Object(cnf)
  return typeof cnf === 'object' && cnf !== null && (jkt === undefined || isText(jkt))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}
