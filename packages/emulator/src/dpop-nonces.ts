import { base64url } from 'jose'
import { createExpiringMap } from './expiring-map.js'
import type { Switches } from './switches.js'

/** What a nonce is worth: `aging` is still good, but its holder should get a new one. */
type NonceState = 'good' | 'aging' | 'expired' | 'unknown'

/** The DPoP nonces of one server (RFC 9449 §8, §9). */
export interface DpopNonces {
  /** Whether a proof must have one. */
  isRequired(): boolean
  issue(): Promise<string>
  check(nonce: string): Promise<NonceState>
  /** Makes every nonce issued so far unknown. */
  reset(): void
}

/** Life of a nonce in seconds. In its last quarter it is `aging`. */
const NONCE_LIFETIME = 300

/** Nonces that need no memory, unless each works once: the time of their issue, authenticated with a key of this server. */
export function createDpopNonces(
  now: () => number,
  mode: () => Switches['myAccountNonce'] = () => 'required',
): DpopNonces {
  let key = createKey()
  let serial = 0
  const spent = createExpiringMap<true>(now)
  const write = async (stamp: bigint) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, stamp)
    const tag = new Uint8Array(await crypto.subtle.sign('HMAC', await key, bytes))
    return base64url.encode(new Uint8Array([...bytes, ...tag.subarray(0, 16)]))
  }
  const seconds = () => Math.floor(now() / 1000)
  return {
    isRequired: () => mode() !== 'optional',
    issue() {
      // Two of the same second must differ where each works once.
      if (mode() === 'rotating') serial = (serial + 1) % 2 ** 16
      return write((BigInt(serial) << SERIAL_POSITION) | BigInt(seconds()))
    },
    async check(nonce) {
      const stamp = stampOf(nonce)
      if (stamp === undefined || (await write(stamp)) !== nonce) return 'unknown'
      const age = seconds() - Number(BigInt.asUintN(Number(SERIAL_POSITION), stamp))
      if (age > NONCE_LIFETIME || mode() === 'expired' || spent.get(nonce)) return 'expired'
      if (mode() !== 'rotating') return age > NONCE_LIFETIME * 0.75 ? 'aging' : 'good'
      spent.set(nonce, true, now() + (NONCE_LIFETIME + 1) * 1000)
      return 'aging'
    },
    reset() {
      key = createKey()
      spent.clear()
    },
  }
}

const SERIAL_POSITION = 48n

function createKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

function stampOf(nonce: string): bigint | undefined {
  if (!/^[\w-]{32}$/.test(nonce)) return undefined
  const bytes = base64url.decode(nonce)
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}
