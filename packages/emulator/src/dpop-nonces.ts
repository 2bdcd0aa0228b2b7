import { base64url } from 'jose'

/** What a nonce is worth: `aging` is still good, but its holder should get a new one. */
type NonceState = 'good' | 'aging' | 'expired' | 'unknown'

/** The DPoP nonces of one server (RFC 9449 §8, §9). */
export interface DpopNonces {
  issue(): Promise<string>
  check(nonce: string): Promise<NonceState>
  /** Makes every nonce issued so far unknown. */
  reset(): void
}

/** Life of a nonce in seconds. In its last quarter it is `aging`. */
const NONCE_LIFETIME = 300

/** Nonces that need no memory: the time of their issue, authenticated with a key of this server. */
export function createDpopNonces(now: () => number): DpopNonces {
  let key = createKey()
  const issueAt = async (seconds: number) => {
    const time = new Uint8Array(8)
    new DataView(time.buffer).setBigUint64(0, BigInt(seconds))
    const tag = new Uint8Array(await crypto.subtle.sign('HMAC', await key, time))
    return base64url.encode(new Uint8Array([...time, ...tag.subarray(0, 16)]))
  }
  const seconds = () => Math.floor(now() / 1000)
  return {
    issue: () => issueAt(seconds()),
    async check(nonce) {
      const issued = timeOf(nonce)
      if (issued === undefined || (await issueAt(issued)) !== nonce) return 'unknown'
      const age = seconds() - issued
      if (age > NONCE_LIFETIME) return 'expired'
      return age > NONCE_LIFETIME * 0.75 ? 'aging' : 'good'
    },
    reset() {
      key = createKey()
    },
  }
}

function createKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

function timeOf(nonce: string): number | undefined {
  if (!/^[\w-]{32}$/.test(nonce)) return undefined
  const bytes = base64url.decode(nonce)
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0))
}
