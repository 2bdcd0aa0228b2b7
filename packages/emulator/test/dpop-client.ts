import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { exportJWK } from 'jose'
import { createTestBed, mintToken, type TestBed } from './context.js'

/** A client with a key, a token bound to it, and a nonce. */
export interface DpopClient {
  bed: TestBed
  url: string
  token: string
  keyPair: KeyPair
  nonce: string
  /** A valid proof for `GET url` of the npm package `dpop`. */
  prove(): Promise<string>
  /** `GET url` with this DPoP header, or with none. */
  send(proof: string | undefined, authorization?: string): Promise<Response>
}

/** A DPoP client of a new test bed, which has got its first nonce by the challenge. */
export async function createDpopClient(alg: 'ES256' | 'RS256' = 'ES256'): Promise<DpopClient> {
  const bed = await createTestBed()
  const keyPair = await generateKeyPair(alg, { extractable: true })
  const jkt = await calculateThumbprint(keyPair.publicKey)
  const token = await mintToken(bed.context, { cnf: { jkt } })
  const url = `${bed.context.url}/me/v1/connected-accounts/accounts`
  const send = (proof: string | undefined, authorization = `DPoP ${token}`) => {
    const headers = { authorization, ...(proof !== undefined && { dpop: proof }) }
    return bed.resources.fetch(new Request(url, { headers }))
  }
  const first = await createNonce(bed)
  const prove = () => generateProof(keyPair, url, 'GET', first, token)
  return { bed, url, token, keyPair, nonce: first, prove, send }
}

async function createNonce(bed: TestBed): Promise<string> {
  const keyPair = await generateKeyPair('ES256')
  const token = await mintToken(bed.context, {
    cnf: { jkt: await calculateThumbprint(keyPair.publicKey) },
  })
  const url = `${bed.context.url}/me/v1/connected-accounts/accounts`
  const dpop = await generateProof(keyPair, url, 'GET', undefined, token)
  const request = new Request(url, { headers: { authorization: `DPoP ${token}`, dpop } })
  const response = await bed.resources.fetch(request)
  return response.headers.get('dpop-nonce') ?? ''
}

/** The private key as a JWK. */
export function exportPrivate({ privateKey }: KeyPair): ReturnType<typeof exportJWK> {
  return exportJWK(privateKey)
}
