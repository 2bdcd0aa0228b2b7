import { createExpiringMap } from './expiring-map.js'
import { randomString } from './secrets.js'
import type { Switches } from './switches.js'

/** What a nonce is worth: `aging` is still good, but its holder should get a new one. */
export type NonceState = 'good' | 'aging' | 'expired' | 'unknown'

/** The DPoP nonces of one server (RFC 9449 §8, §9). */
export interface DpopNonces {
  /** Whether a proof must have one. */
  isRequired(): boolean
  issue(): string
  check(nonce: string): NonceState
  /** Makes every nonce issued so far unknown. */
  reset(): void
}

/** Life of a nonce in seconds. In its last quarter it is `aging`. */
const NONCE_LIFETIME = 300

/** Nonces of one second are one, unless each works once. Of those that have expired, the newest 10 000 are known as such. */
export function createDpopNonces(
  now: () => number,
  mode: () => Switches['myAccountNonce' | 'tokenNonce'] = () => 'required',
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

/** Whether an answer of an API only asks for another nonce, upon which the request comes again (RFC 9449 §9). */
export function isNonceChallenge({ headers }: Response): boolean {
  return headers.get('www-authenticate')?.includes('_dpop_nonce') ?? false
}
