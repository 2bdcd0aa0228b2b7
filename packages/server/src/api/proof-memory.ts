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

/** Creates a memory of this process. */
export function createProofMemory(max: number): ProofMemory {
  const isFirstUse = createUses(max)
  return { isFirstUse: async (key, { jti, iat }) => isFirstUse(await entryKey(key, jti), iat) }
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

/**
 * Creates a function that tells whether an id is used for the first time. Ids are kept by the second of their `iat`, until their time
 * is over. If there are too many, those of the oldest second are forgotten, and then nothing as old as that is accepted any more: so
 * a flood of proofs makes the window smaller, but never lets a proof in twice.
 */
function createUses(max: number): (id: string, iat: number) => boolean {
  const seconds = new Map<number, Set<string>>()
  let size = 0
  let forgotten = 0
  function forget(second: number): void {
    size -= seconds.get(second)?.size ?? 0
    seconds.delete(second)
    forgotten = Math.max(forgotten, second)
  }
  return (id, iat) => {
    const second = Math.floor(iat)
    const oldest = Date.now() / 1000 - PROOF_WINDOW.past - 1
    for (const each of seconds.keys()) if (each < oldest) forget(each)
    if (second <= forgotten) return false
    const ids = seconds.get(second) ?? new Set()
    if (ids.has(id)) return false
    seconds.set(second, ids.add(id))
    size += 1
    if (size > max) forget(Math.min(...seconds.keys()))
    return true
  }
}

function unavailable(cause: unknown): never {
  throw new AccessTokenError('store_unavailable', {
    message:
      'The store of the proofs failed or did not answer in time, so the proof cannot be accepted.',
    cause,
  })
}
