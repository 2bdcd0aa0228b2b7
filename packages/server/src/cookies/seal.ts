import { CompactEncrypt, compactDecrypt } from 'jose'
import { LRUCache } from 'lru-cache'

/** Encrypts values, so that only the owner of the secret can read or change them. */
export interface Seal {
  /** Seals a value, any JSON, for one purpose. It cannot be opened for another purpose. */
  close(value: unknown, purpose: string): Promise<string>
  /** Returns the value. Undefined if it was sealed with another secret or for another purpose, or was changed. */
  open(sealed: string, purpose: string): Promise<unknown>
}

/**
 * Creates a seal: JWE (RFC 7516) with `dir` and A256GCM. HKDF (RFC 5869) derives the key from the secret.
 *
 * @param secret - The first secret seals, and all of them open.
 * @param owner - Names who seals, for example by client id and origin. Another owner with the same secret opens nothing.
 * @param name - The name of the option that the secret comes from.
 * @throws {TypeError} if there is no secret, or one has fewer than 32 bytes.
 */
export function createSeal(
  secret: string | readonly string[],
  owner: readonly string[] = [],
  name = 'secret',
): Seal {
  const secrets = [secret].flat()
  const [first] = secrets
  if (first === undefined || secrets.some(isShort)) {
    throw new TypeError(
      `${name} must have at least 32 bytes. Create one with \`openssl rand -hex 32\`.`,
    )
  }
  const keys = new Map<string, Promise<CryptoKey>>()
  function keyFor(text: string, purpose: string): Promise<CryptoKey> {
    const name = `${purpose} ${text}`
    const known = keys.get(name)
    if (known) return known
    const key = deriveKey(text, [purpose, ...owner]).catch((error: unknown) => {
      keys.delete(name) // the next call tries again
      throw error
    })
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

/** How many owners' seals are kept. A seal that was forgotten is made again. */
const MAX_SEALS = 100

/**
 * Returns a function that creates the seal of an owner, and keeps it. See {@link createSeal}.
 *
 * @throws {TypeError} if there is no secret, or one has fewer than 32 bytes.
 */
export function createSeals(
  secret: string | readonly string[],
): (owner: readonly string[]) => Seal {
  createSeal(secret) // checks it now, and not with the first request
  const seals = new LRUCache<string, Seal>({ max: MAX_SEALS })
  return (owner) => {
    const name = JSON.stringify(owner)
    const seal = seals.get(name) ?? createSeal(secret, owner)
    seals.set(name, seal)
    return seal
  }
}

function isShort(text: string): boolean {
  return typeof text !== 'string' || new TextEncoder().encode(text).length < 32
}

async function deriveKey(secret: string, context: readonly string[]): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  const material = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(JSON.stringify(['connected-accounts', ...context]))
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
    return undefined // forged, changed or sealed with another secret
  }
}
