import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { createReplayGuard, ProofError, verifyProof } from './dpop-proof.js'
import { Problem } from './problem.js'
import type { Settings } from './settings.js'

/** Verifies a request and returns its access token. Throws {@link Problem} if the token is missing or not valid. */
export type AccessTokenVerifier = (request: Request) => Promise<string>

type Scheme = 'Bearer' | 'DPoP'

interface Claims extends JWTPayload {
  cnf?: { jkt?: unknown }
}

/**
 * Creates the verifier of this API's access tokens (RFC 9068 §4). The tenant must have signed a token for this audience. A token that is
 * bound to a key needs a proof, and is refused as Bearer (RFC 9449 §7.2).
 */
export function createAccessTokenVerifier({
  tenant,
  audience,
}: Pick<Settings, 'tenant' | 'audience'>): AccessTokenVerifier {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', tenant))
  const replays = createReplayGuard()
  return async (request) => {
    const { scheme, token } = readAuthorization(request)
    const { cnf } = await readClaims(() =>
      jwtVerify<Claims>(token, keys, {
        issuer: `${tenant}/`,
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['sub', 'exp'],
      }),
    )
    const isBound = cnf !== undefined
    if (!isBound && scheme === 'Bearer') return token
    if (!isBound) throw refusal('DPoP', 'the access token is not bound to a key')
    if (scheme === 'Bearer') throw refusal('DPoP', 'the access token needs a DPoP proof')
    const { method, url } = request
    const [proof, thumbprint] = [request.headers.get('dpop') ?? '', String(cnf.jkt)]
    try {
      await verifyProof({ proof, method, url, accessToken: token, thumbprint, replays })
    } catch (error) {
      if (error instanceof ProofError) throw invalidProof(error)
      throw error
    }
    return token
  }
}

function readAuthorization(request: Request): { scheme: Scheme; token: string } {
  const header = request.headers.get('authorization') ?? ''
  const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(header) ?? []
  if (scheme && token) return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
  throw new Problem('invalid_token', {
    status: 401,
    detail: 'Send an access token in the Authorization header.',
    // A request without a token gets no error code (RFC 6750 §3.1).
    headers: { 'www-authenticate': 'DPoP algs="ES256", Bearer' },
  })
}

async function readClaims(verify: () => Promise<{ payload: Claims }>): Promise<Claims> {
  try {
    return (await verify()).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refusal('Bearer', 'the access token is expired')
    if (isTokenFault(error)) throw refusal('Bearer', 'the access token is not valid here')
    throw new Problem('tenant_unavailable', {
      status: 503,
      detail: "The tenant's signing keys cannot be read.",
    })
  }
}

/** Returns whether an error is about the token, and not about the network or the tenant's keys. */
function isTokenFault(error: unknown): boolean {
  const codes = /^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY)/
  return error instanceof errors.JOSEError && codes.test(error.code)
}

function refusal(scheme: Scheme, reason: string): Problem {
  return challenge(scheme, 'invalid_token', reason)
}

function invalidProof({ message }: ProofError): Problem {
  return challenge('DPoP', 'invalid_dpop_proof', message)
}

function challenge(scheme: Scheme, error: string, reason: string): Problem {
  const algs = scheme === 'DPoP' ? ', algs="ES256"' : ''
  return new Problem('invalid_token', {
    status: 401,
    detail: `Refused: ${reason}.`,
    headers: {
      'www-authenticate': `${scheme} error="${error}", error_description="${reason}"${algs}`,
    },
  })
}
