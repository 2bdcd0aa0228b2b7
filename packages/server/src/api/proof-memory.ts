import { createEntries, entryKey, type SharedStore } from '../store/shared-store.js'
import { AccessTokenError } from './access-token-error.js'

/** How old a proof can be, and how far in the future its `iat` can be, in seconds: as much as Auth0's own SDKs allow. */
export const PROOF_WINDOW = { past: 300, future: 30 }

/** Remembers proofs, so that none is accepted twice (RFC 9449 §11.1). */
export interface ProofMemory {
  /**
   * Returns true if a proof is used for the first time.
   *
   * @param key - The thumbprint of the key that signed the proof.
   * @param proof - Its `jti`, and its `iat` in seconds.
   */
  isFirstUse(key: string, proof: { jti: string; iat: number }): Promise<boolean>
}

/** A {@link ProofMemory} of this process. */
export interface LocalProofMemory extends ProofMemory {
  /** Returns how much is remembered. */
  size(): { keys: number; proofs: number }
}

/** The proofs of one key: hashes of their `jti`, by the second of their `iat`. */
interface KeyProofs {
  seconds: Map<number, Set<string>>
  count: number
  /** The newest second whose proofs were forgotten too early. Nothing as old is accepted any more. */
  floor: number
}

/**
 * Creates a memory of this process. If there are too many proofs, the oldest proofs of the key that has most are forgotten, and then
 * nothing as old is accepted from that key any more. So a flood makes the window smaller, but only for the key that sends it, and no
 * proof is accepted twice.
 *
 * @param max - How many proofs are kept.
 */
export function createProofMemory(max: number): LocalProofMemory {
  const keys = new Map<string, KeyProofs>()
  let count = 0
  let sweptAt = 0

  function forget(proofs: KeyProofs, second: number): void {
    const size = proofs.seconds.get(second)?.size ?? 0
    proofs.seconds.delete(second)
    proofs.count -= size
    count -= size
  }
  /** Once a second: forgets the proofs whose time is over, and keys that have none. */
  function sweep(): void {
    const now = Math.floor(Date.now() / 1000)
    if (now === sweptAt) return
    sweptAt = now
    const oldest = now - PROOF_WINDOW.past - 1
    for (const [key, proofs] of keys) {
      for (const second of proofs.seconds.keys()) if (second < oldest) forget(proofs, second)
      if (proofs.count === 0 && proofs.floor < oldest) keys.delete(key)
    }
  }
  function makeRoom(): void {
    const largest = [...keys.values()].reduce((one, other) =>
      other.count > one.count ? other : one,
    )
    const oldest = Math.min(...largest.seconds.keys())
    forget(largest, oldest)
    largest.floor = Math.max(largest.floor, oldest)
  }
  return {
    size: () => ({ keys: keys.size, proofs: count }),
    async isFirstUse(key, { jti, iat }) {
      const id = await entryKey(jti) // short, however long the `jti` is
      sweep()
      const proofs = keys.get(key) ?? { seconds: new Map(), count: 0, floor: 0 }
      keys.set(key, proofs)
      const second = Math.floor(iat)
      const ids = proofs.seconds.get(second) ?? new Set()
      if (second <= proofs.floor || ids.has(id)) return false
      proofs.seconds.set(second, ids.add(id))
      proofs.count += 1
      count += 1
      if (count > max) makeRoom()
      return true
    },
  }
}

/**
 * Creates a memory that several machines share.
 *
 * @param timeout - How long the store may take, in milliseconds.
 * @throws {TypeError} if the store cannot keep a value only if there is none.
 */
export function sharedProofMemory(store: SharedStore, timeout: number): ProofMemory {
  if (typeof store.replace !== 'function') {
    throw new TypeError(
      'proofs must be a store with replace(), like redisStore() or postgresStore(). Without it, two machines could accept one proof.',
    )
  }
  const entries = createEntries(store, timeout)
  return {
    async isFirstUse(key, { jti, iat }) {
      const id = await entryKey('dpop proof', key, jti)
      const until = (iat + PROOF_WINDOW.past + 1) * 1000
      return entries.replace(id, undefined, '1', until).catch(unavailable)
    },
  }
}

function unavailable(cause: unknown): never {
  throw new AccessTokenError('store_unavailable', {
    message:
      'The store of the proofs failed or did not answer in time, so the proof cannot be accepted.',
    cause,
  })
}
