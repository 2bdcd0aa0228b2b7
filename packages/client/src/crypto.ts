/**
 * A `CryptoKey`, in what browsers, Node and Workers have in common. It is described here because `@types/node` and others declare
 * no global type of that name.
 *
 * @see https://www.w3.org/TR/WebCryptoAPI/#cryptokey-interface
 */
export interface WebCryptoKey {
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: { readonly name: string }
  readonly usages: readonly string[]
}

/** A `CryptoKey` for signatures. TypeScript accepts it as a `CryptoKey` of browsers, Node and Workers. */
export interface SignatureKey extends WebCryptoKey {
  readonly type: 'private' | 'public'
  readonly usages: ('sign' | 'verify')[]
}

/** A `CryptoKeyPair`, in what browsers, Node and Workers have in common. */
export interface WebCryptoKeyPair {
  readonly privateKey: WebCryptoKey
  readonly publicKey: WebCryptoKey
}

/** Encodes bytes in base64url without padding (RFC 7515 §2). */
export function base64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Encodes a value as JSON in base64url (RFC 7515 §2). */
export function base64urlJson(value: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)))
}

/** Makes 43 characters of base64url from 32 random bytes: a PKCE verifier (RFC 7636 §4.1), or the random part of a state. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** Hashes a text with SHA-256, in base64url: the S256 challenge of a PKCE verifier (RFC 7636 §4.2), or `ath` of a proof. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url(new Uint8Array(digest))
}
