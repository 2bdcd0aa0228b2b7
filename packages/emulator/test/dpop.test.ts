import { type Change, change } from '@connected-accounts/testing/tenant/proof'
import { generateKeyPair, generateProof } from 'dpop'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { mintToken } from './context.js'
import { createDpopClient, exportPrivate } from './dpop-client.js'

/** Sends a valid proof with one thing changed. */
async function sendChanged(changed: Change): Promise<Response> {
  const client = await createDpopClient()
  return client.send(await change(await client.prove(), client.keyPair, changed))
}

async function expectBadProof(response: Response, description: string): Promise<void> {
  expect(response.headers.get('www-authenticate')).toBe(
    `DPoP error="invalid_dpop_proof", error_description="${description}", algs="ES256"`,
  )
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    type: 'https://auth0.com/api-errors/A0E-400-0001',
    detail: `Invalid DPoP proof: ${description}`,
  })
}

describe('A DPoP proof at the My Account API', () => {
  it('is accepted when it is valid', async () => {
    const client = await createDpopClient()
    const response = await client.send(await client.prove())
    expect(response.status).toBe(200)
    expect(response.headers.has('dpop-nonce')).toBe(false)
  })

  it('must be there once: two DPoP header fields are refused (RFC 9449 §4.3, 1)', async () => {
    const client = await createDpopClient()
    const response = await client.send(`${await client.prove()}, ${await client.prove()}`)
    await expectBadProof(response, 'There must be exactly one DPoP header field')
  })

  it('must be there at all (RFC 9449 §7.1)', async () => {
    const client = await createDpopClient()
    await expectBadProof(
      await client.send(undefined),
      'There must be exactly one DPoP header field',
    )
  })

  it('must be a well-formed JWT (RFC 9449 §4.3, 2)', async () => {
    const client = await createDpopClient()
    const [, ...rest] = (await client.prove()).split('.')
    const response = await client.send(['bm90IGEgaGVhZGVy', ...rest].join('.'))
    await expectBadProof(response, 'The proof must be a well-formed JWT')
  })

  it('must have all required claims (RFC 9449 §4.3, 3)', async () => {
    for (const claim of ['jti', 'htm', 'htu', 'iat', 'ath']) {
      const response = await sendChanged({ claims: { [claim]: undefined } })
      await expectBadProof(response, 'jti, htm, htu, iat and ath are required')
    }
  })

  it('must have the typ dpop+jwt (RFC 9449 §4.3, 4)', async () => {
    await expectBadProof(await sendChanged({ header: { typ: 'JWT' } }), 'typ must be dpop+jwt')
  })

  it('must be signed with ES256, the algorithm of the API (RFC 9449 §4.3, 5)', async () => {
    const client = await createDpopClient('RS256')
    await expectBadProof(await client.send(await client.prove()), 'alg must be ES256')
  })

  it('must verify with the key in its header (RFC 9449 §4.3, 6)', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const response = await sendChanged({ key: privateKey })
    await expectBadProof(response, 'The signature must verify with jwk')
  })

  it.each([undefined, null, 'a-key', 5, true])(
    'must have a key in its header, not %s (RFC 9449 §4.3, 6)',
    async (jwk) => {
      await expectBadProof(await sendChanged({ header: { jwk } }), 'The header must have a jwk')
    },
  )

  it('must have a key whose members are strings (RFC 7517 §4)', async () => {
    const client = await createDpopClient()
    const { crv, ...key } = await exportJWK(client.keyPair.publicKey)
    const proof = await change(await client.prove(), client.keyPair, {
      header: { jwk: { ...key, crv: [crv] } },
    })
    await expectBadProof(await client.send(proof), 'The members of jwk must be strings')
  })

  it('must not contain a private key (RFC 9449 §4.3, 7)', async () => {
    const client = await createDpopClient()
    const jwk = await exportPrivate(client.keyPair)
    const proof = await change(await client.prove(), client.keyPair, { header: { jwk } })
    await expectBadProof(await client.send(proof), 'jwk must not contain a private key')
  })

  it('must be for the method of the request (RFC 9449 §4.3, 8)', async () => {
    const response = await sendChanged({ claims: { htm: 'POST' } })
    await expectBadProof(response, 'htm must be the method of the request')
  })

  it.each([
    'http://localhost:4400/me/v1/connected-accounts/connections',
    'http://localhost:4401/me/v1/connected-accounts/accounts',
    'https://localhost:4400/me/v1/connected-accounts/accounts',
    'http://localhost:4400/me/v1/connected-accounts/accounts/',
    'no URL',
  ])('must be for the URL of the request, not %s (RFC 9449 §4.3, 9)', async (htu) => {
    const response = await sendChanged({ claims: { htu } })
    await expectBadProof(response, 'htu must be the URL of the request')
  })

  it.each([
    'HTTP://LOCALHOST:4400/me/v1/x/../connected-accounts/accounts',
    'http://localhost:4400/me/v1/connected%2daccounts/%61ccounts',
    'http://localhost:4400/me/v1/connected-accounts/accounts?take=5#end',
  ])('may write that URL as %s (RFC 9449 §4.3, 9; RFC 3986 §6.2)', async (htu) => {
    expect((await sendChanged({ claims: { htu } })).status).toBe(200)
  })

  it('must have a nonce: without one it is challenged (RFC 9449 §4.3, 10 and §9)', async () => {
    const response = await sendChanged({ claims: { nonce: undefined } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('DPoP error="use_dpop_nonce"')
    expect(response.headers.get('dpop-nonce')).toMatch(/^[\w-]{32}$/)
    expect(await response.json()).toMatchObject({ detail: 'A nonce is required in the DPoP proof' })
  })

  it('must have a nonce that this server issued (RFC 9449 §4.3, 10)', async () => {
    const { nonce } = await createDpopClient()
    const response = await sendChanged({ claims: { nonce } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('DPoP error="invalid_dpop_nonce"')
    expect(response.headers.has('dpop-nonce')).toBe(true)
  })

  it('must have a nonce that has not expired (RFC 9449 §4.3, 10)', async () => {
    const client = await createDpopClient()
    client.bed.wait(302)
    const iat = Math.floor(client.bed.context.now() / 1000)
    const proof = await change(await client.prove(), client.keyPair, { claims: { iat } })
    const response = await client.send(proof)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('The nonce has expired')
    expect(response.headers.get('dpop-nonce')).not.toBe(client.nonce)
  })

  it('gets a new nonce with a success when its own is about to expire (RFC 9449 §8.2)', async () => {
    const client = await createDpopClient()
    client.bed.wait(240)
    const response = await client.send(await client.prove())
    expect(response.status).toBe(200)
    expect(response.headers.get('dpop-nonce')).toMatch(/^[\w-]{32}$/)
  })

  it.each([-302, 32])('must not be %i seconds off (RFC 9449 §4.3, 11)', async (offset) => {
    const response = await sendChanged({ claims: { iat: Math.floor(Date.now() / 1000) + offset } })
    await expectBadProof(response, 'iat must be within the last 300 seconds')
  })

  it.each([-297, 28])('may be %i seconds off (RFC 9449 §4.3, 11)', async (offset) => {
    const response = await sendChanged({ claims: { iat: Math.floor(Date.now() / 1000) + offset } })
    expect(response.status).toBe(200)
  })

  it('must have the hash of the access token (RFC 9449 §4.3, 12a)', async () => {
    const ath = await hash('another token')
    const response = await sendChanged({ claims: { ath } })
    await expectBadProof(response, 'ath must be the hash of the access token')
  })

  it('must be of the key that the access token is bound to (RFC 9449 §4.3, 12b)', async () => {
    const client = await createDpopClient()
    const other = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(other.publicKey)
    const proof = await change(await client.prove(), other, { header: { jwk } })
    const response = await client.send(proof)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      'DPoP error="invalid_token", error_description="The access token is bound to another key", algs="ES256"',
    )
  })

  it('works once: its jti is not accepted again (RFC 9449 §11.1)', async () => {
    const client = await createDpopClient()
    const proof = await client.prove()
    expect((await client.send(proof)).status).toBe(200)
    await expectBadProof(await client.send(proof), 'jti must not be used twice')
  })

  it('may have a jti that another key has used (RFC 9449 §11.1)', async () => {
    const client = await createDpopClient()
    const proof = await client.prove()
    await client.send(proof)
    const other = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(other.publicKey)
    const token = await mintToken(client.bed.context, {
      cnf: { jkt: await calculateJwkThumbprint(jwk) },
    })
    const ath = await hash(token)
    const theirs = await change(proof, other, { header: { jwk }, claims: { ath } })
    expect((await client.send(theirs, `DPoP ${token}`)).status).toBe(200)
  })
})

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(digest).toString('base64url')
}

it('A nonce challenge counts against the rate limit of the user, as the call that follows', async () => {
  const { bed, url, token, keyPair, prove, send } = await createDpopClient()
  const left = async () => {
    const authorization = `Bearer ${await mintToken(bed.context)}`
    const response = await send(undefined, authorization)
    return Number(response.headers.get('x-ratelimit-remaining'))
  }
  const before = await left()
  expect((await send(await generateProof(keyPair, url, 'GET', undefined, token))).status).toBe(401)
  expect((await send(await prove())).status).toBe(200)
  expect(await left()).toBe(before - 3)
})
