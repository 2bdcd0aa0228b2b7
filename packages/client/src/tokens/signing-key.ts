import type { SignatureKey, WebCryptoKey } from '../crypto.js'

/** The private key of a client. */
export interface SigningKey {
  /** An RSA key (Auth0 accepts RS256, RS384 and PS256) or an ECDSA key, with the usage `sign`. */
  privateKey: WebCryptoKey
  /** The id of the key at Auth0. Auth0 also finds the key without it. */
  kid?: string | undefined
}

const FAMILIES = new Map<string | undefined, string>([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
  ['ECDSA', 'ES'],
])

/**
 * Returns a key that can sign, and its JWS algorithm (RFC 7518 §3.1).
 *
 * @throws {TypeError} if it is not an RSA or ECDSA key that can sign.
 * @internal
 */
export function checkSigningKey(key: WebCryptoKey): { key: SignatureKey; alg: string } {
  const algorithm: { name?: string; hash?: { name: string }; namedCurve?: string } = {
    ...key?.algorithm,
  }
  const family = FAMILIES.get(algorithm.name)
  if (!family || !canSign(key)) {
    throw new TypeError('privateKey must be an RSA or ECDSA CryptoKey with the usage `sign`.')
  }
  return { key, alg: family + String(algorithm.hash?.name ?? algorithm.namedCurve).slice(-3) }
}

function canSign(key: WebCryptoKey): key is SignatureKey {
  return Array.isArray(key.usages) && key.usages.includes('sign')
}
