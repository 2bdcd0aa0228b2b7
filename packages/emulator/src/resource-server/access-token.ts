import { errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Context, Lab } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import { DpopError, verifyProof } from '../dpop/proof.js'
import { createExpiringMap } from '../memory/expiring-map.js'
import type { Api } from '../tenant/tenant.js'

/** A verified access token: the user, the client and the scopes. */
export interface AccessToken {
  userId: string
  clientId: string
  scopes: ReadonlySet<string>
  /** The organization that the user logged in to. */
  orgId: string | undefined
  /** Identifies the user's device: the key that the token is bound to or, for Bearer tokens, the session of the login. */
  device: string | undefined
  /** How the token was presented. */
  scheme: Scheme
  /** A new nonce for the `DPoP-Nonce` header, if the current one is about to expire. */
  nextNonce?: string
}

type Scheme = 'Bearer' | 'DPoP'

/** Thrown if a request has no valid access token. `headers` has the challenge. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError'
  readonly code: 'missing_token' | DpopError['code']
  readonly headers: Record<string, string>
  /** The user of the token, if the token is valid and only its proof is not. */
  userId?: string
  constructor(code: AccessTokenError['code'], message: string, headers: Record<string, string>) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/** Verifies the access tokens of one API. Its `proof_of_possession` decides whether they must be DPoP-bound. */
export interface AccessTokenVerifier {
  /** Verifies the access token and the proof of a request. Throws `AccessTokenError`. */
  verify(request: Request): Promise<AccessToken>
  /** Forgets the proofs that it has seen. */
  reset(): void
}

/** The options of `createAccessTokenVerifier`. */
export interface VerifierOptions {
  context: Context
  api: Api
  nonces: DpopNonces
}

/**
 * Creates the verifier of an API. It accepts RS256 tokens of this tenant whose audience is the API's identifier. A bound token
 * needs the DPoP scheme and a proof, an unbound one needs the Bearer scheme (RFC 6750 §2.1, RFC 9449 §7.1 and §7.2).
 */
export function createAccessTokenVerifier(options: VerifierOptions): AccessTokenVerifier {
  const { context } = options
  const seen = createExpiringMap<true>(context.clock.proofNow)
  return {
    async verify(request) {
      const { scheme, token } = readAuthorization(request, options)
      const claims = await readToken(token, scheme, options)
      const thumbprint = claims.cnf?.jkt
      if ((scheme === 'DPoP') !== (thumbprint !== undefined)) throw wrongScheme(scheme, options)
      const access = { ...accessTokenOf(claims), scheme }
      if (thumbprint === undefined) return access
      const url = context.url + new URL(request.url).pathname
      const expected = {
        request,
        url,
        accessToken: token,
        thumbprint,
        algs: context.switches.get().dpopAlgs,
        seen,
        ...options,
        now: context.clock.proofNow,
      }
      const { nonceIsAging } = await verifyProof(expected).catch((error) =>
        refuseProof(error, options, access.userId),
      )
      return nonceIsAging ? { ...access, nextNonce: options.nonces.issue() } : access
    },
    reset: () => seen.clear(),
  }
}

/** Returns the challenge of one scheme (RFC 6750 §3, RFC 9449 §7.1). Its `algs` come from the switches. */
export function challenge(
  scheme: Scheme,
  { switches }: Pick<Lab, 'switches'>,
  fields: Record<string, string> = {},
): string {
  const all: Record<string, string> =
    scheme === 'DPoP' ? { ...fields, algs: switches.get().dpopAlgs } : { realm: 'api', ...fields }
  const pairs = Object.entries(all).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, '')}"`,
  )
  return `${scheme} ${pairs.join(', ')}`
}

interface Claims extends JWTPayload {
  azp?: unknown
  client_id?: unknown
  scope?: unknown
  org_id?: unknown
  sid?: unknown
  cnf?: { jkt?: string }
}

function readAuthorization(
  request: Request,
  { context, api }: VerifierOptions,
): { scheme: Scheme; token: string } {
  const [, name, token] =
    /^(\S+) +([\w.~+/-]+=*)$/.exec(request.headers.get('authorization') ?? '') ?? []
  const scheme = acceptedSchemes(api).find((known) => known.toLowerCase() === name?.toLowerCase())
  if (scheme && token) return { scheme, token }
  const headers = {
    'www-authenticate': acceptedSchemes(api)
      .map((known) => challenge(known, context))
      .join(', '),
  }
  throw new AccessTokenError('missing_token', 'An access token is required', headers)
}

function acceptedSchemes(api: Api): Scheme[] {
  if (api.proof_of_possession === 'none') return ['Bearer']
  return api.proof_of_possession === 'required' ? ['DPoP'] : ['Bearer', 'DPoP']
}

async function readToken(token: string, scheme: Scheme, options: VerifierOptions): Promise<Claims> {
  const { context, api } = options
  try {
    const { payload } = await jwtVerify<Claims>(
      token,
      await importJWK(context.signingKey.publicJwk, 'RS256'),
      {
        algorithms: ['RS256'],
        issuer: context.issuer,
        audience: api.identifier,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(context.now()),
      },
    )
    return payload
  } catch (error) {
    const message =
      error instanceof errors.JWTExpired
        ? 'The access token is expired'
        : 'The access token is not valid'
    throw invalidToken(message, scheme, context)
  }
}

function invalidToken(message: string, scheme: Scheme, context: Lab): AccessTokenError {
  const fields = { error: 'invalid_token', error_description: message }
  return new AccessTokenError('invalid_token', message, {
    'www-authenticate': challenge(scheme, context, fields),
  })
}

// RFC 9449 §7.2: a bound token sent as Bearer is refused. Otherwise a thief could use it without the key.
function wrongScheme(scheme: Scheme, { context, api }: VerifierOptions): AccessTokenError {
  const message =
    scheme === 'Bearer'
      ? 'A DPoP-bound access token needs the DPoP scheme'
      : 'The access token is not DPoP-bound'
  const error = { error: 'invalid_token', error_description: message }
  const challenges = acceptedSchemes(api).map((known) =>
    challenge(known, context, known === scheme ? error : {}),
  )
  return new AccessTokenError('invalid_token', message, {
    'www-authenticate': challenges.join(', '),
  })
}

function accessTokenOf(claims: Claims): Omit<AccessToken, 'scheme'> {
  const { sub = '', azp, client_id, scope, org_id, sid, cnf } = claims
  const clientId = [azp, client_id].find((id) => typeof id === 'string') ?? ''
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  return {
    userId: sub,
    clientId,
    scopes: new Set(scopes),
    orgId: typeof org_id === 'string' ? org_id : undefined,
    device: cnf?.jkt ?? (typeof sid === 'string' ? sid : undefined),
  }
}

function refuseProof(error: unknown, { context, nonces }: VerifierOptions, userId: string): never {
  if (!(error instanceof DpopError)) throw error
  const fields = { error: error.code, error_description: error.message }
  const headers: Record<string, string> = { 'www-authenticate': challenge('DPoP', context, fields) }
  if (error.code.endsWith('_dpop_nonce')) headers['dpop-nonce'] = nonces.issue()
  const refusal = new AccessTokenError(error.code, error.message, headers)
  throw Object.assign(refusal, { userId })
}
