import { CompactEncrypt, compactDecrypt } from 'jose'

/** Seals values so that only who has the secret can read or change them. */
export interface Seal {
  /** The sealed value. What is sealed for one purpose is not opened for another. */
  close(value: unknown, purpose: string): Promise<string>
  /** The value, or undefined where it was not sealed so: with none of the secrets, for another purpose, or changed since. */
  open(sealed: string, purpose: string): Promise<unknown>
}

/**
 * Seals as JWE (RFC 7516) with `dir` and A256GCM, the key being derived by HKDF (RFC 5869) from a secret. The first secret
 * seals, all open. Throws a TypeError where there is none or one has less than 32 bytes.
 */
export function createSeal(secret: string | readonly string[]): Seal {
  const secrets = typeof secret === 'string' ? [secret] : [...(secret ?? [])]
  const [first] = secrets
  if (first === undefined || secrets.some(isShort)) {
    throw new TypeError('secret must have 32 bytes or more, as `openssl rand -hex 32` prints them.')
  }
  const keys = new Map<string, Promise<CryptoKey>>()
  function keyFor(text: string, purpose: string): Promise<CryptoKey> {
    const name = `${purpose} ${text}`
    const key = keys.get(name) ?? deriveKey(text, purpose)
    keys.set(name, key)
    return key
  }
  return {
    async close(value, purpose) {
      const bytes = new TextEncoder().encode(JSON.stringify(value))
      const jwe = new CompactEncrypt(bytes).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      return jwe.encrypt(await keyFor(first, purpose))
    },
    async open(sealed, purpose) {
      for (const text of secrets) {
        const bytes = await decrypted(sealed, await keyFor(text, purpose))
        if (bytes) return JSON.parse(new TextDecoder().decode(bytes))
      }
      return undefined
    },
  }
}

function isShort(text: string): boolean {
  return typeof text !== 'string' || new TextEncoder().encode(text).length < 32
}

async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  const material = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(`connected-accounts ${purpose}`)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const aes = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(hkdf, material, aes, false, ['encrypt', 'decrypt'])
}

async function decrypted(sealed: string, key: CryptoKey): Promise<Uint8Array | undefined> {
  try {
    const algorithms = {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    }
    return (await compactDecrypt(sealed, key, algorithms)).plaintext
  } catch {
    return undefined // whoever sent it, it says nothing
  }
}
