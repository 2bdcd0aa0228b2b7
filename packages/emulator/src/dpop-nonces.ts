import { createHmac, randomBytes } from 'node:crypto'
import { createExpiringMap } from './expiring-map.js'
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

/** Nonces that need no memory, unless each works once: the time of their issue, authenticated with a key of this server. */
export function createDpopNonces(
  now: () => number,
  mode: () => Switches['myAccountNonce' | 'tokenNonce'] = () => 'required',
): DpopNonces {
  let key = randomBytes(32)
  let serial = 0
  const spent = createExpiringMap<true>(now)
  const write = (stamp: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(stamp)
    const tag = createHmac('sha256', key).update(bytes).digest().subarray(0, 16)
    return Buffer.concat([bytes, tag]).toString('base64url')
  }
  const seconds = () => Math.floor(now() / 1000)
  return {
    isRequired: () => mode() !== 'optional',
    issue() {
      // Two of the same second must differ where each works once.
      if (mode() === 'rotating') serial = (serial + 1) % 2 ** 16
      return write((BigInt(serial) << SERIAL_POSITION) | BigInt(seconds()))
    },
    check(nonce) {
      const stamp = stampOf(nonce)
      if (stamp === undefined || write(stamp) !== nonce) return 'unknown'
      const age = seconds() - Number(BigInt.asUintN(Number(SERIAL_POSITION), stamp))
      if (age > NONCE_LIFETIME || mode() === 'expired' || spent.get(nonce)) return 'expired'
      if (mode() !== 'rotating') return age > NONCE_LIFETIME * 0.75 ? 'aging' : 'good'
      spent.set(nonce, true, now() + (NONCE_LIFETIME + 1) * 1000)
      return 'aging'
    },
    reset() {
      key = randomBytes(32)
      spent.clear()
    },
  }
}

const SERIAL_POSITION = 48n

function stampOf(nonce: string): bigint | undefined {
  return /^[\w-]{32}$/.test(nonce) ? Buffer.from(nonce, 'base64url').readBigUInt64BE() : undefined
}

/** Whether an answer of an API only asks for another nonce, upon which the request comes again (RFC 9449 §9). */
export function isNonceChallenge({ headers }: Response): boolean {
  return headers.get('www-authenticate')?.includes('_dpop_nonce') ?? false
}
