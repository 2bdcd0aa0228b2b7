import type { KeyPair } from 'dpop'
import { CompactSign, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'

/** The parts of a DPoP proof that a test changes before it signs the proof again. */
export interface Change {
  header?: Record<string, unknown>
  claims?: JWTPayload
  /** Signs the proof in place of the client's key. */
  key?: CryptoKey
}

/** Changes one part of a DPoP proof and signs it again. Leaves out a claim whose value is `undefined`. */
export async function change(proof: string, keyPair: KeyPair, changed: Change): Promise<string> {
  const header = { ...decodeProtectedHeader(proof), ...changed.header }
  const claims = { ...decodeJwt(proof), ...changed.claims }
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  return new CompactSign(payload)
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(changed.key ?? keyPair.privateKey)
}
