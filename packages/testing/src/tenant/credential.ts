import { exportSPKI, generateKeyPair } from 'jose'

/** Creates a key pair, and the credential with which a client registers its public key. */
export async function createCredential(id: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const credential = { id, pem: await exportSPKI(publicKey), kid: `kid-of-${id}` }
  return { privateKey, credential }
}
