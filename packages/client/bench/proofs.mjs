import { generateProof } from 'dpop'
import { base64url, exportJWK, SignJWT } from 'jose'
import { createDpop } from '../dist/dpop.js'
import { accessToken, createKeyPair, ES256, signedPart } from './subject.mjs'

const url = 'https://tenant.eu.auth0.com/me/v1/connected-accounts/accounts'
const nonce = 'AAAAAGkhW0V4Q2oK7TtPbC6nL5mQ8wE2'

/** One proof with nonce and `ath`, against one signature of the same bytes. */
export async function createProvers() {
  const keyPair = await createKeyPair()
  const dpop = await createDpop({ keyPair })
  const request = { url, method: 'GET', nonce, accessToken }
  const bytes = signedPart(await dpop.generateProof(request))
  const jwk = await exportJWK(keyPair.publicKey)
  return {
    'the limit: crypto.subtle.sign': () => crypto.subtle.sign(ES256, keyPair.privateKey, bytes),
    'ours: createDpop': () => dpop.generateProof(request),
    'dpop: generateProof': () => generateProof(keyPair, url, 'GET', nonce, accessToken),
    'jose: SignJWT': async () => {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
      return new SignJWT({
        htm: 'GET',
        htu: url,
        nonce,
        ath: base64url.encode(new Uint8Array(digest)),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setIssuedAt()
        .setJti(crypto.randomUUID())
        .sign(keyPair.privateKey)
    },
  }
}
