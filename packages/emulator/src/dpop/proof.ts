import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type ProtectedHeaderParameters,
} from 'jose'
import type { ExpiringMap } from '../memory/expiring-map.js'
import { sha256 } from '../memory/random.js'
import type { DpopNonces } from './nonces.js'

/** How old a proof can be, and how far in the future its `iat` can be, in seconds. */
const PROOF_WINDOW = {
  past: 300,
  future: 30,
}

/** Thrown if a proof is refused (RFC 9449 §7.1, §9). `message` is the `error_description`. */
export class DpopError extends Error {
  override readonly name = 'DpopError'
  readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce' | 'invalid_dpop_nonce' | 'invalid_token'
  constructor(code: DpopError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** The request and the token that a proof must match. */
export interface ProofExpectation {
  /** The request that carries the proof in its `DPoP` header. */
  request: Request
  /** The URL that `htu` must have. Its query and fragment are ignored. */
  url: string
  accessToken: string
  /** `cnf.jkt` of the access token. */
  thumbprint: string
  /** The allowed algorithms in the form of the challenge's `algs`: `RS256 ES256`. */
  algs: string
  nonces: DpopNonces
  /** The hashes of the proofs seen before. Each is kept as long as its proof could be accepted. */
  seen: ExpiringMap<true>
  now(): number
}

interface ProofClaims {
  jti: string
  htm: string
  htu: string
  iat: number
  ath: string
  nonce?: unknown
}

/**
 * Verifies the DPoP proof of a request to a protected resource with the checks of RFC 9449 §4.3, and remembers its `jti` (§11.1).
 * Returns whether the client should get a new nonce. Throws `DpopError`.
 */
export async function verifyProof(expected: ProofExpectation): Promise<{ nonceIsAging: boolean }> {
  const proof = expected.request.headers.get('dpop') ?? ''
  ensure(proof !== '' && !proof.includes(','), 'There must be exactly one DPoP header field')
  const header = readHeader(proof)
  ensure(header.typ === 'dpop+jwt', 'typ must be dpop+jwt')
  const { alg = '' } = header
  const algs = expected.algs.split(' ')
  ensure(algs.includes(alg), `alg must be ${algs.join(' or ')}`)
  const jwk = readKey(header)
  const claims = await readClaims(proof, alg, jwk)
  ensure(claims.htm === expected.request.method, 'htm must be the method of the request')
  ensure(sameTarget(claims.htu, expected.url), 'htu must be the URL of the request')
  const nonceIsAging = verifyNonce(expected.nonces, claims.nonce)
  verifyTime(claims.iat, expected.now())
  ensure(
    claims.ath === (await sha256(expected.accessToken)),
    'ath must be the hash of the access token',
  )
  await verifyKey(jwk, expected.thumbprint)
  await verifyFirstUse(claims, expected)
  return { nonceIsAging }
}

function refuseProof(description: string): never {
  throw new DpopError('invalid_dpop_proof', description)
}

function ensure(condition: boolean, description: string): asserts condition {
  if (!condition) refuseProof(description)
}

function readHeader(proof: string): ProtectedHeaderParameters & { alg?: string } {
  try {
    return decodeProtectedHeader(proof)
  } catch {
    return refuseProof('The proof must be a well-formed JWT')
  }
}

async function readClaims(proof: string, alg: string, jwk: JWK): Promise<ProofClaims> {
  let payload: Uint8Array
  try {
    payload = (await compactVerify(proof, await importJWK(jwk, alg))).payload
  } catch {
    return refuseProof('The signature must verify with jwk')
  }
  const claims = parseObject(payload)
  ensure(hasRequiredClaims(claims), 'jti, htm, htu, iat and ath are required')
  return claims
}

function parseObject(payload: Uint8Array): Record<string, unknown> {
  try {
    return { ...JSON.parse(new TextDecoder().decode(payload)) }
  } catch {
    return refuseProof('The proof must be a well-formed JWT')
  }
}

function hasRequiredClaims(claims: object): claims is ProofClaims {
  const { jti, htm, htu, iat, ath }: Partial<Record<keyof ProofClaims, unknown>> = claims
  return typeof iat === 'number' && [jti, htm, htu, ath].every((claim) => typeof claim === 'string')
}

function readKey(header: { jwk?: unknown }): JWK {
  const { jwk } = header
  if (typeof jwk !== 'object' || jwk === null) return refuseProof('The header must have a jwk')
  ensure(!('d' in jwk), 'jwk must not contain a private key')
  const { kty, crv, x, y, n, e }: JWK = { ...jwk }
  const key: JWK = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
  // Web Crypto would accept ["P-256"] as "P-256".
  const isText = Object.values(key).every((member) => typeof member === 'string')
  ensure(isText, 'The members of jwk must be strings')
  return key
}

function sameTarget(htu: string, url: string): boolean {
  return URL.canParse(htu) && normalise(htu) === normalise(url)
}

// RFC 3986 §6.2.2 and §6.2.3: `URL` normalizes scheme, host, default port and dot segments, but not %xx.
function normalise(url: string): string {
  const { origin, pathname } = new URL(url)
  return (
    origin +
    pathname.replace(/%[0-9a-f]{2}/gi, (code) => {
      const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return /[\w.~-]/.test(character) ? character : code.toUpperCase()
    })
  )
}

function verifyNonce(nonces: DpopNonces, nonce: unknown): boolean {
  if (nonce === undefined && !nonces.isRequired()) return false
  if (typeof nonce !== 'string') {
    throw new DpopError('use_dpop_nonce', 'A nonce is required in the DPoP proof')
  }
  const state = nonces.check(nonce)
  if (state === 'expired') throw new DpopError('invalid_dpop_nonce', 'The nonce has expired')
  if (state === 'unknown') throw new DpopError('invalid_dpop_nonce', 'The nonce is unknown')
  return state === 'aging'
}

function verifyTime(iat: number, now: number): void {
  const seconds = now / 1000
  const inWindow = iat >= seconds - PROOF_WINDOW.past && iat <= seconds + PROOF_WINDOW.future
  ensure(inWindow, 'iat must be within the last 300 seconds')
}

async function verifyKey(jwk: JWK, thumbprint: string): Promise<void> {
  if ((await calculateJwkThumbprint(jwk)) === thumbprint) return
  throw new DpopError('invalid_token', 'The access token is bound to another key')
}

async function verifyFirstUse(claims: ProofClaims, expected: ProofExpectation): Promise<void> {
  const id = await sha256(`${expected.thumbprint}.${claims.jti}`)
  ensure(!expected.seen.get(id), 'jti must not be used twice')
  // One second more, because a proof is still accepted at the last moment of the window.
  expected.seen.set(id, true, (claims.iat + PROOF_WINDOW.past + 1) * 1000)
}
