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

/**
 * The two functions that a connect flow needs from a platform that has no Web Crypto. expo-crypto has both, and so does
 * `@noble/hashes` with a random generator of yours.
 */
export interface ClientCrypto {
  /** Hashes bytes with SHA-256; returns the 32 bytes of the hash. */
  sha256(data: OwnBytes): ClientCryptoBytes | Promise<ClientCryptoBytes>
  /** Returns this many bytes from a cryptographically secure random generator. */
  randomBytes(count: number): ClientCryptoBytes | Promise<ClientCryptoBytes>
}

/** `Uint8Array<ArrayBuffer>`, which a platform's functions take, in words that TypeScript 5.6 knows, too. */
type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>

/** What the functions of {@link ClientCrypto} return. */
export type ClientCryptoBytes = ArrayBuffer | Uint8Array

const webCrypto: ClientCrypto = {
  sha256: (data) => crypto.subtle.digest('SHA-256', data),
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
}

/**
 * Checks the `crypto` option.
 *
 * @throws {TypeError} if it lacks a function.
 */
export function checkCrypto(given: ClientCrypto | undefined): void {
  if (given === undefined) return
  for (const name of ['sha256', 'randomBytes'] as const) {
    if (typeof given?.[name] !== 'function')
      throw new TypeError(`crypto.${name} must be a function.`)
  }
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
export async function randomToken(from: ClientCrypto = webCrypto): Promise<string> {
  return encode32(await from.randomBytes(32))
}

/** Hashes a text with SHA-256, in base64url: the S256 challenge of a PKCE verifier (RFC 7636 §4.2), or `ath` of a proof. */
export async function sha256(text: string, by: ClientCrypto = webCrypto): Promise<string> {
  return encode32(await by.sha256(new TextEncoder().encode(text)))
}

/** Checked because a short verifier could be guessed. */
function encode32(given: ClientCryptoBytes): string {
  const bytes = new Uint8Array(given)
  if (bytes.length === 32) return base64url(bytes)
  throw new TypeError('crypto.sha256 and crypto.randomBytes(32) must return 32 bytes.')
}
