import * as oauth from 'oauth4webapi'
import { createDpop } from '../dist/dpop.js'
import { createAuthorizedFetch } from '../dist/index.js'
import { accessToken, createKeyPair, ES256, signedPart } from './subject.mjs'

/** A whole request with a proof, to the end of its body, against `fetch` with one signature of the same bytes. */
export async function createRequesters(origin) {
  const keyPair = await createKeyPair()
  const url = `${origin}/accounts`
  const dpop = await createDpop({ keyPair })
  const proof = await dpop.generateProof({ url, method: 'GET', accessToken })
  const bytes = signedPart(proof)
  const headers = { authorization: `DPoP ${accessToken}`, dpop: proof }
  const authorizedFetch = createAuthorizedFetch({
    accessToken: () => ({ accessToken, tokenType: 'DPoP' }),
    dpop,
    audience: origin,
    scope: '',
    allowedOrigins: [origin],
  })
  const DPoP = oauth.DPoP({ client_id: 'bench' }, keyPair)
  const options = { DPoP, [oauth.allowInsecureRequests]: true }
  return {
    'the limit: fetch and crypto.subtle.sign': async () => {
      await crypto.subtle.sign(ES256, keyPair.privateKey, bytes)
      return (await fetch(url, { headers })).json()
    },
    'ours: createAuthorizedFetch': async () => (await authorizedFetch(url)).json(),
    'oauth4webapi: protectedResourceRequest': async () => {
      const target = new URL(url)
      const sent = oauth.protectedResourceRequest(
        accessToken,
        'GET',
        target,
        undefined,
        null,
        options,
      )
      return (await sent).json()
    },
  }
}
