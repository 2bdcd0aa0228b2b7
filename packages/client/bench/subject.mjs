// What everyone signs for and sends, the same for all contenders.
export const ES256 = { name: 'ECDSA', hash: 'SHA-256' }

/** An access token of the length of Auth0's. */
export const accessToken = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(600)}.${'b'.repeat(342)}`

export function createKeyPair() {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
}

/** The part of a proof that is signed. */
export function signedPart(proof) {
  return new TextEncoder().encode(proof.slice(0, proof.lastIndexOf('.')))
}
