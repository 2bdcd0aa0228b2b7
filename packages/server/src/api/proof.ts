import { base64url, calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'
import { AccessTokenError, PROOF_ALGORITHMS } from './access-token-error.js'
import { PROOF_WINDOW, type ProofMemory } from './proof-memory.js'
import type { ProofNonces } from './proof-nonces.js'

/** The request and the token that a proof must fit. */
export interface ProofExpectation {
  /** The value of the `DPoP` header. */
  proof: string | null
  method: string
  /** The URL of the request as its client knows it. */
  url: URL
  accessToken: string
  /** `cnf.jkt` of the access token. */
  thumbprint: string
}

/** Verifies a proof. Throws the errors of {@link createProofVerifier}. */
export type ProofVerifier = (expected: ProofExpectation) => Promise<void>

interface ProofClaims extends JWTPayload {
  htm?: unknown
  htu?: unknown
  ath?: unknown
  nonce?: unknown
}

/** The longest proof that is looked at, in characters. */
const MAX_PROOF = 8192

/**
 * Creates a function with the checks of RFC 9449 §4.3.
 *
 * @param nonces - If given, each proof needs one.
 * @throws {AccessTokenError} `invalid_dpop_proof`, if the proof is missing, or does not fit the request.
 * @throws {AccessTokenError} `use_dpop_nonce`, if its nonce is missing or too old.
 * @throws {AccessTokenError} `store_unavailable`, if the memory is a store that fails.
 */
export function createProofVerifier(memory: ProofMemory, nonces?: ProofNonces): ProofVerifier {
  return async (expected) => {
    const { accessToken, thumbprint, method, url } = expected
    const { htm, htu, iat, jti, ath, nonce } = await readProof(expected)
    ensure(htm === method, `its htm is not ${method}, the method of the request`)
    ensure(isUrlOf(htu, url), `its htu is not the URL of the request, ${url.origin}${url.pathname}`)
    ensure(
      typeof iat === 'number' && isFresh(iat),
      `its iat is not a time of the last five minutes. The clock here says ${new Date().toISOString()}`,
    )
    ensure(ath === (await hash(accessToken)), 'its ath is not the hash of the access token')
    ensure(typeof jti === 'string' && jti !== '', 'it has no jti')
    if (nonces && !(await nonces.isCurrent(nonce))) throw await nonceNeeded(nonces)
    ensure(await memory.isFirstUse(thumbprint, { jti, iat }), 'it was used before')
  }
}

async function readProof({ proof, thumbprint }: ProofExpectation): Promise<ProofClaims> {
  ensure(proof !== null && proof !== '', 'the request has none')
  ensure(proof.length <= MAX_PROOF, 'it is too long')
  try {
    // Several proofs in one field are not a JWT. EmbeddedJWK refuses a header without a jwk or with a private key.
    const { payload } = await jwtVerify<ProofClaims>(
      proof,
      async (header, token) => {
        // Checked before the signature, so that nobody has signatures of other keys checked here.
        const signer = await calculateJwkThumbprint(header.jwk ?? {})
        ensure(signer === thumbprint, 'the access token is bound to another key')
        return EmbeddedJWK(header, token)
      },
      { typ: 'dpop+jwt', algorithms: PROOF_ALGORITHMS },
    )
    return payload
  } catch (error) {
    if (error instanceof AccessTokenError) throw error
    throw refusal(
      'it is not a JWT of the type dpop+jwt that is signed with the ES256 key in its header',
    )
  }
}

function ensure(holds: boolean, reason: string): asserts holds {
  if (!holds) throw refusal(reason)
}

function refusal(reason: string): AccessTokenError {
  const message = `The DPoP proof is refused: ${reason}.`
  return new AccessTokenError('invalid_dpop_proof', { message, scheme: 'DPoP' })
}

async function nonceNeeded(nonces: ProofNonces): Promise<AccessTokenError> {
  return new AccessTokenError('use_dpop_nonce', {
    message:
      'The DPoP proof needs the nonce of the header dpop-nonce. Send the request again with a new proof.',
    scheme: 'DPoP',
    nonce: await nonces.create(),
  })
}

/** True if `htu` is this URL. Queries and fragments are ignored (RFC 9449 §4.3), and spellings that mean the same are equal (RFC 3986 §6.2.2). */
function isUrlOf(htu: unknown, url: URL): boolean {
  return typeof htu === 'string' && URL.canParse(htu) && plainUrl(new URL(htu)) === plainUrl(url)
}

function plainUrl({ href }: URL): string {
  const url = new URL(href)
  url.search = ''
  url.hash = ''
  return url.href.replace(/%[\da-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : octet.toUpperCase()
  })
}

function isFresh(iat: number): boolean {
  const now = Date.now() / 1000
  return iat >= now - PROOF_WINDOW.past && iat <= now + PROOF_WINDOW.future
}

async function hash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
