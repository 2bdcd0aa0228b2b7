import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'

/** What a proof must match. */
export interface ProofExpectation {
  /** The value of the `DPoP` header. */
  proof: string
  method: string
  /** The URL of the request; its query is not part of the proof. */
  url: string
  accessToken: string
  /** `cnf.jkt` of the access token. */
  thumbprint: string
  replays: ReplayGuard
}

/** Remembers the proofs of the last minutes. */
export interface ReplayGuard {
  /** Whether this proof is seen for the first time. */
  isFirstUse(id: string): boolean
}

/** Why a proof was refused: always the client's doing. */
export class ProofError extends Error {
  override readonly name = 'ProofError'
}

/** How old a proof may be, and how far ahead its clock, in seconds. */
const WINDOW = { past: 300, future: 30 }

/**
 * Verifies the DPoP proof of a request, check by check of RFC 9449 §4.3. Throws {@link ProofError}.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.3
 */
export async function verifyProof(expected: ProofExpectation): Promise<void> {
  const { payload, jwk } = await readProof(expected.proof)
  ensure(payload.htm === expected.method, 'htm is not the method of the request')
  ensure(isSameTarget(payload.htu, expected.url), 'htu is not the URL of the request')
  ensure(isFresh(payload.iat), 'iat is not within the last five minutes')
  ensure(payload.ath === (await sha256(expected.accessToken)), 'ath is not of the access token')
  const thumbprint = await calculateJwkThumbprint(jwk)
  ensure(thumbprint === expected.thumbprint, 'the access token is bound to another key')
  const { jti } = payload
  ensure(typeof jti === 'string' && jti !== '', 'jti is missing')
  const id = await sha256(`${thumbprint}.${jti}`)
  ensure(expected.replays.isFirstUse(id), 'the proof was used before')
}

/** Keeps the ids of proofs for as long as the proofs are accepted. */
export function createReplayGuard(): ReplayGuard {
  const seen = new Map<string, number>()
  return {
    isFirstUse(id) {
      const now = Date.now()
      for (const [key, expiresAt] of seen) {
        if (expiresAt > now) break // in the order of their arrival, so the rest is younger
        seen.delete(key)
      }
      if (seen.has(id)) return false
      seen.set(id, now + (WINDOW.past + WINDOW.future) * 1000)
      return true
    },
  }
}

async function readProof(proof: string) {
  try {
    // Several proofs in one field are no JWT. EmbeddedJWK refuses a header without a jwk, and one with a private key in it.
    const { payload, protectedHeader } = await jwtVerify<Claims>(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
    })
    const { jwk } = protectedHeader
    if (jwk) return { payload, jwk }
  } catch {
    // Whatever is wrong with it, its sender learns no more than that.
  }
  throw new ProofError('it is not a DPoP proof signed with its ES256 key')
}

interface Claims extends JWTPayload {
  htm?: unknown
  htu?: unknown
  ath?: unknown
}

function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ProofError(message)
}

function isSameTarget(htu: unknown, url: string): boolean {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false
  const [claimed, actual] = [new URL(htu), new URL(url)]
  return claimed.origin === actual.origin && claimed.pathname === actual.pathname
}

function isFresh(iat: number | undefined): boolean {
  const now = Date.now() / 1000
  return iat !== undefined && iat >= now - WINDOW.past && iat <= now + WINDOW.future
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(digest).toString('base64url')
}
