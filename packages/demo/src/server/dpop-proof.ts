import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'

/** The request and the token that a proof must match. */
export interface ProofExpectation {
  /** The value of the `DPoP` header. */
  proof: string
  method: string
  /** The URL of the request. Its query is not part of the proof. */
  url: string
  accessToken: string
  /** `cnf.jkt` of the access token. */
  thumbprint: string
  replays: ReplayGuard
}

/** Remembers the proofs of the last five minutes, to refuse a replay. */
export interface ReplayGuard {
  /** Returns true if this proof is used for the first time. */
  isFirstUse(id: string): boolean
}

/** Thrown if a proof is refused. It is always an error of the client. */
export class ProofError extends Error {
  override readonly name = 'ProofError'
}

/** How old a proof can be, and how far in the future its `iat` can be, in seconds. */
const WINDOW = { past: 300, future: 30 }

/**
 * Verifies the DPoP proof of a request with the checks of RFC 9449 §4.3. Throws {@link ProofError}.
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

/** Creates a replay guard. It remembers the ID of each proof as long as the proof could be accepted. */
export function createReplayGuard(): ReplayGuard {
  const seen = new Map<string, number>()
  return {
    isFirstUse(id) {
      const now = Date.now()
      for (const [key, expiresAt] of seen) {
        if (expiresAt > now) break // they are in the order of arrival, so the others expire later
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
    // Refuses several proofs in one field, because they are not a JWT. EmbeddedJWK refuses a header without a jwk or with a private key.
    const { payload, protectedHeader } = await jwtVerify<Claims>(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
    })
    const { jwk } = protectedHeader
    if (jwk) return { payload, jwk }
  } catch {
    // The message is the same for all reasons, because the caller needs no details.
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
