// What the verification of an access token costs, beside the signatures alone: jose's jwtVerify of the token, and of the token and the
// proof. Run it alone with `node bench/access-tokens.mjs` in packages/server.
import { createAccessTokenVerifier } from '@connected-accounts/server'
import { generateProof } from 'dpop'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { measure, report, timed } from './measure.mjs'

const domain = 'tenant.example.test'
const audience = 'https://api.example.test/'
const baseUrl = 'https://api.example.test'
const url = `${baseUrl}/events`

/** Measures both, and prints the results. */
export async function measureAccessTokens() {
  const tenant = await generateKeyPair('RS256')
  const client = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(tenant.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const jkt = await calculateJwkThumbprint(await exportJWK(client.publicKey))
  const sign = (claims) =>
    new SignJWT({ sub: 'auth0|alice', azp: 'spa', scope: 'openid read:calendar', ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'one' })
      .setIssuer(`https://${domain}/`)
      .setAudience(audience)
      .setExpirationTime('1h')
      .sign(tenant.privateKey)
  const verifyAccessToken = createAccessTokenVerifier({
    domain,
    audience,
    baseUrl,
    fetch: async () => Response.json({ keys: [jwk] }),
  })
  const [plain, bound] = [await sign({}), await sign({ cnf: { jkt } })]
  const prove = () => generateProof(client, url, 'GET', undefined, bound)
  const headers = { authorization: `Bearer ${plain}` }
  const time = async (work) => (await timed(work))[1]
  const options = { rounds: 51, count: 40 }
  const bearer = {
    'jwtVerify, RS256': () => time(() => jwtVerify(plain, tenant.publicKey)),
    'verifyAccessToken, Bearer': () =>
      time(() => verifyAccessToken({ url, method: 'GET', headers: new Headers(headers) })),
  }
  report('An access token', await measure(bearer, options))
  const dpop = {
    async 'jwtVerify of token and proof'() {
      const proof = await prove()
      return time(async () => {
        await jwtVerify(bound, tenant.publicKey)
        await jwtVerify(proof, client.publicKey)
      })
    },
    async 'verifyAccessToken, DPoP'() {
      const sent = new Headers({ authorization: `DPoP ${bound}`, dpop: await prove() })
      return time(() => verifyAccessToken({ url, method: 'GET', headers: sent }))
    },
  }
  report('An access token that is bound, with its proof', await measure(dpop, options))
}

if (process.argv[1] === import.meta.filename) await measureAccessTokens()
