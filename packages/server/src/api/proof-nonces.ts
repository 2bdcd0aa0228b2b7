import { createSeal } from '../cookies/seal.js'

/** The nonces of an API (RFC 9449 §9). Nothing is kept: a nonce is the sealed time at which it was made. */
export interface ProofNonces {
  create(): Promise<string>
  /** True if a nonce was made by this API within the last five minutes. */
  isCurrent(nonce: unknown): Promise<boolean>
}

/** How long a nonce can be used, in milliseconds. */
const LIFETIME = 300_000
const PURPOSE = 'dpop nonce'
/** A nonce of this API is shorter. */
const MAX_LENGTH = 512

/**
 * Creates the nonces of an API.
 *
 * @param secret - The first secret makes nonces, and all of them open nonces.
 * @throws {TypeError} if a secret has fewer than 32 bytes.
 */
export function createProofNonces(
  secret: string | readonly string[],
  audience: string,
): ProofNonces {
  const seal = createSeal(secret, [audience], 'nonceSecret')
  return {
    create: () => seal.close(Date.now(), PURPOSE),
    async isCurrent(nonce) {
      if (typeof nonce !== 'string' || nonce.length > MAX_LENGTH) return false
      const createdAt = await seal.open(nonce, PURPOSE)
      return typeof createdAt === 'number' && Date.now() < createdAt + LIFETIME
    },
  }
}
