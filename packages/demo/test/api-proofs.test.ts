import { change } from '@connected-accounts/testing/tenant/proof'
import { generateKeyPair, generateProof } from 'dpop'
import { exportJWK } from 'jose'
import { expect, test } from 'vitest'
import { setUpApi } from './api-server.js'

const api = setUpApi()
const now = () => Math.floor(Date.now() / 1000)

/** `GET` with the bound token and this proof. */
function send(dpop: string): Promise<Response> {
  const { get, token } = api()
  return get({ authorization: `DPoP ${token}`, ...(dpop && { dpop }) })
}

const without = (claim: string) => ({ claims: { [claim]: undefined } })

test.for([
  ['of another type (RFC 9449 §4.3, 4)', () => ({ header: { typ: 'JWT' } })],
  ['without its key (§4.3, 6)', () => ({ header: { jwk: undefined } })],
  ['without an identifier (§4.3, 3)', () => without('jti')],
  ['for another method (§4.3, 8)', () => ({ claims: { htm: 'POST' } })],
  ['for another URL (§4.3, 9)', () => ({ claims: { htu: new URL('/api/other', api().url).href } })],
  ['for another host (§4.3, 9)', () => ({ claims: { htu: 'http://example.test/api/events' } })],
  ['from long ago (§4.3, 11)', () => ({ claims: { iat: now() - 310 } })],
  ['from the future (§4.3, 11)', () => ({ claims: { iat: now() + 60 } })],
  ['without a time (§4.3, 3)', () => without('iat')],
  ['of another token (§4.3, 12)', () => ({ claims: { ath: 'AAAA' } })],
  ['without the hash of the token (§4.3, 12)', () => without('ath')],
] as const)('a proof %s is refused', async ([, changed]) => {
  const { keyPair, prove } = api()
  const proof = await prove()
  const unchanged = await change(proof, keyPair, {})
  expect((await send(unchanged)).status).toBe(404) // nothing is connected, and nothing else is wrong
  const jti = crypto.randomUUID() // as the first one is used up
  const fresh = await change(proof, keyPair, { claims: { jti } })
  const response = await send(await change(fresh, keyPair, changed()))
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_dpop_proof"/)
})

test('a proof signed with another key than it names is refused (§4.3, 7)', async () => {
  const { keyPair, prove } = api()
  const { privateKey } = await generateKeyPair('ES256')
  const response = await send(await change(await prove(), keyPair, { key: privateKey }))
  expect(response.status).toBe(401)
})

test('a proof of another key than the token is bound to is refused (§4.3, 12)', async () => {
  const { url, token } = api()
  const other = await generateKeyPair('ES256')
  const response = await send(await generateProof(other, url, 'GET', undefined, token))
  expect(response.status).toBe(401)
})

test('a proof that shows its private key is refused (§4.3, 7)', async () => {
  const { keyPair, prove } = api()
  const jwk = await exportJWK(keyPair.privateKey)
  const response = await send(await change(await prove(), keyPair, { header: { jwk } }))
  expect(response.status).toBe(401)
})

test('a proof is taken once (§11.1)', async () => {
  const proof = await api().prove()
  expect((await send(proof)).status).toBe(404)
  expect((await send(proof)).status).toBe(401)
})

test('two proofs, or none, are refused (§4.3, 1)', async () => {
  const { prove } = api()
  expect((await send(`${await prove()}, ${await prove()}`)).status).toBe(401)
  expect((await send('')).status).toBe(401)
  expect((await send('not a proof')).status).toBe(401)
})

test('the query is not part of the proof (§4.3, 9)', async () => {
  const { url, token, prove } = api()
  const headers = { authorization: `DPoP ${token}`, dpop: await prove() }
  expect((await fetch(`${url}?today`, { headers })).status).toBe(404)
})
