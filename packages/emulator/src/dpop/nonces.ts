import { createExpiringMap } from '../memory/expiring-map.js'
import { randomString } from '../memory/random.js'

/** The state of a nonce. `aging` is still accepted, but the client should get a new one. */
export type NonceState = 'good' | 'aging' | 'expired' | 'unknown'

/** The DPoP nonces of one server (RFC 9449 §8, §9). */
export interface DpopNonces {
  /** Returns whether a proof must have a nonce. */
  isRequired(): boolean
  issue(): string
  check(nonce: string): NonceState
  /** Invalidates every nonce that it has issued. */
  reset(): void
}

/**
 * When proofs must have a nonce, and how often a nonce works. `rotating` accepts each nonce once, and `expired` accepts none. The
 * token endpoint also distinguishes between public and all clients.
 */
export type NonceMode =
  | 'required'
  | 'public_clients'
  | 'all_clients'
  | 'optional'
  | 'rotating'
  | 'expired'

/** How long a nonce is valid, in seconds. In the last quarter of this time it is `aging`. */
const NONCE_LIFETIME = 300

/**
 * Creates the nonces of one server. Nonces that are issued in the same second are equal, unless each works only once. It recognizes
 * the last 10,000 expired nonces as expired.
 */
export function createDpopNonces(
  now: () => number,
  mode: () => NonceMode = () => 'required',
): DpopNonces {
  const issued = createExpiringMap<{ at: number; isSpent: boolean }>(now)
  let latest = none
  const seconds = () => Math.floor(now() / 1000)
  return {
    isRequired: () => mode() !== 'optional',
    issue() {
      const at = seconds()
      if (at === latest.at && mode() !== 'rotating') return latest.nonce
      const nonce = randomString(32)
      latest = { nonce, at }
      issued.set(nonce, { at, isSpent: false }, Number.POSITIVE_INFINITY)
      return nonce
    },
    check(nonce) {
      const known = issued.get(nonce)
      if (!known) return 'unknown'
      const age = seconds() - known.at
      if (age > NONCE_LIFETIME || mode() === 'expired' || known.isSpent) return 'expired'
      if (mode() !== 'rotating') return age > NONCE_LIFETIME * 0.75 ? 'aging' : 'good'
      known.isSpent = true
      latest = none
      return 'aging'
    },
    reset() {
      issued.clear()
      latest = none
    },
  }
}

const none = { nonce: '', at: Number.NaN }

/** Returns whether a response only asks for another nonce, after which the client retries the request (RFC 9449 §9). */
export function isNonceChallenge({ headers }: Response): boolean {
  return headers.get('www-authenticate')?.includes('_dpop_nonce') ?? false
}
