import type { Dpop, DpopProofRequest } from '../authorization/dpop.js'
import { base64url, base64urlJson, sha256, type WebCryptoKeyPair } from '../crypto.js'
import { checkWebCrypto } from '../errors/connect-flow-error.js'
import { fromProver } from './from-prover.js'
import { checkKeyPair, generateDpopKeyPair } from './key-pair.js'

export type { Dpop, DpopProofRequest, DpopProver } from '../authorization/dpop.js'
export type { SignatureKey, WebCryptoKey, WebCryptoKeyPair } from '../crypto.js'
export { fromProver } from './from-prover.js'
export {
  type DpopKeyPair,
  deleteDpopKeyPair,
  loadDpopKeyPair,
} from './key-pair.js'

const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }

/**
 * Makes the `dpop` option from a key pair of yours, or from a new one. It signs proofs with ES256 and remembers the nonces of
 * each origin.
 *
 * @param options.keyPair - The key pair that the tokens are bound to, for example from {@link loadDpopKeyPair}. Default: a new
 * key pair. Its private key cannot be read, and it is lost when the page or the program ends.
 * @throws {TypeError} if `keyPair` is not an ECDSA P-256 pair that can sign.
 * @throws {ConnectFlowError} `crypto_unavailable`, if there is no Web Crypto, as on an http page of another host than localhost.
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.2
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient } from '@connected-accounts/client'
 * import { createDpop } from '@connected-accounts/client/dpop'
 *
 * // The tokens must be bound to the key of this prover.
 * const client = createConnectedAccountsClient({
 *   domain: 'tenant.eu.auth0.com',
 *   accessToken: async () => ({ accessToken: 'bound-token', tokenType: 'DPoP' }),
 *   dpop: await createDpop(),
 * })
 * ```
 */
export async function createDpop({
  keyPair,
}: {
  keyPair?: WebCryptoKeyPair | undefined
} = {}): Promise<Dpop> {
  checkWebCrypto()
  const { privateKey, publicKey } =
    keyPair === undefined ? await generateDpopKeyPair() : checkKeyPair(keyPair)
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const jwk = { kty, crv, x, y }
  const header = base64urlJson({ alg: 'ES256', typ: 'dpop+jwt', jwk })
  const ath = rememberLast(sha256)
  let clockOffset = 0

  async function generateProof({ url, method, nonce, accessToken }: DpopProofRequest) {
    const claims = {
      jti: crypto.randomUUID(),
      htm: method,
      htu: targetUri(url),
      iat: Math.floor(Date.now() / 1000) + clockOffset,
      nonce, // JSON leaves it out if it is undefined
      ath: accessToken && (await ath(accessToken)),
    }
    const signed = `${header}.${base64urlJson(claims)}`
    const bytes = new TextEncoder().encode(signed)
    const signature = await crypto.subtle.sign(SIGNATURE, privateKey, bytes)
    return `${signed}.${base64url(new Uint8Array(signature))}`
  }

  return fromProver({
    generateProof,
    getClockOffset: () => clockOffset,
    setClockOffset(seconds) {
      clockOffset = seconds
    },
  })
}

/** Returns the `htu` of a proof: the request's URL without query and fragment (RFC 9449 §4.2). */
function targetUri(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** Remembers the hash of the last text, because the same access token is hashed for every request of its life. */
function rememberLast(hash: (text: string) => Promise<string>) {
  let last: { text: string; result: string } | undefined
  return async (text: string): Promise<string> => {
    if (last?.text !== text) last = { text, result: await hash(text) }
    return last.result
  }
}
