import { errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Context } from './context.js'
import { DpopError, verifyProof } from './dpop.js'
import type { DpopNonces } from './dpop-nonces.js'
import { createExpiringMap } from './expiring-map.js'
import type { Api } from './tenant.js'

/** Who calls, and what they may do. */
export interface AccessToken {
  userId: string
  clientId: string
  scopes: ReadonlySet<string>
  /** The organization that the user logged in to. */
  orgId: string | undefined
  /** What tells where the user is: the key that the token is bound to, or else the session of its login. */
  device: string | undefined
  /** How the token was presented. */
  scheme: Scheme
  /** A new nonce for the `DPoP-Nonce` header, when the one in use is about to expire. */
  nextNonce?: string
}

type Scheme = 'Bearer' | 'DPoP'

/** Why a request was refused before anything was done. `headers` hold the challenge. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError'
  readonly code: 'missing_token' | DpopError['code']
  readonly headers: Record<string, string>
  constructor(code: AccessTokenError['code'], message: string, headers: Record<string, string>) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/** Verifies the access tokens of one API, Bearer or DPoP-bound as its `proof_of_possession` says. */
export interface AccessTokenVerifier {
  /** Throws `AccessTokenError`. */
  verify(request: Request): Promise<AccessToken>
  /** Forgets the proofs seen so far. */
  reset(): void
}

/** What a verifier needs to know about its API. */
export interface VerifierOptions {
  context: Context
  api: Api
  nonces: DpopNonces
}

/**
 * Creates the verifier of an API. It accepts RS256 tokens of this tenant for the API's identifier, and holds bound tokens to
 * their proof and Bearer tokens to their scheme (RFC 6750 §2.1, RFC 9449 §7.1 and §7.2).
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
      const access = { ...describe(claims), scheme }
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
      const { nonceIsAging } = await verifyProof(expected).catch((error) => refuse(error, options))
      return nonceIsAging ? { ...access, nextNonce: options.nonces.issue() } : access
    },
    reset: () => seen.clear(),
  }
}

/** The challenge of one scheme (RFC 6750 §3, RFC 9449 §7.1); the switches have its `algs`. */
export function challenge(
  scheme: Scheme,
  { switches }: Pick<Context, 'switches'>,
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

function invalidToken(message: string, scheme: Scheme, context: Context): AccessTokenError {
  const fields = { error: 'invalid_token', error_description: message }
  return new AccessTokenError('invalid_token', message, {
    'www-authenticate': challenge(scheme, context, fields),
  })
}

// RFC 9449 §7.2: a bound token sent as Bearer is refused, or it would be worth as much as an unbound one when stolen.
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

function describe(claims: Claims): Omit<AccessToken, 'scheme'> {
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

function refuse(error: unknown, { context, nonces }: VerifierOptions): never {
  if (!(error instanceof DpopError)) throw error
  const fields = { error: error.code, error_description: error.message }
  const headers: Record<string, string> = { 'www-authenticate': challenge('DPoP', context, fields) }
  if (error.code.endsWith('_dpop_nonce')) headers['dpop-nonce'] = nonces.issue()
  throw new AccessTokenError(error.code, error.message, headers)
}
