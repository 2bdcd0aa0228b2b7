import { generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Api } from '../src/tenant/tenant.js'
import { createCaller, createTestBed, mintToken, SCOPES } from './context.js'
import { createDpopClient } from './dpop-client.js'

/** A test bed whose My Account API has this `proof_of_possession`. */
function createBedInMode(mode: Api['proof_of_possession']) {
  return createTestBed({
    change({ apis }) {
      for (const api of apis) api.proof_of_possession = mode
    },
  })
}

describe('An access token at the My Account API', () => {
  it('is accepted when it is valid', async () => {
    const response = await createCaller(await createTestBed())('/accounts')
    expect(response.status).toBe(200)
  })

  it('must be there: the challenge names both schemes and no error (RFC 6750 §3.1)', async () => {
    const { context, resources } = await createTestBed()
    const url = `${context.url}/me/v1/connected-accounts/accounts`
    const token = await mintToken(context)
    for (const authorization of [undefined, 'Basic YTpi', 'Bearer', token]) {
      const headers = { ...(authorization !== undefined && { authorization }) }
      const response = await resources.fetch(new Request(url, { headers }))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="api", DPoP algs="ES256"')
      expect(await response.json()).toMatchObject({
        type: 'https://auth0.com/api-errors/A0E-401-0001',
      })
    }
  })

  it.each([
    ['of another issuer', { iss: 'https://other.example/' }],
    ['for another API', { aud: 'https://api.example.test/' }],
    ['without a subject', { sub: undefined }],
    ['without an end', { exp: undefined }],
    ['that is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 600 }],
  ])('is refused when it is one %s (RFC 9068 §4)', async (_name, claims) => {
    const bed = await createTestBed()
    const token = await mintToken(bed.context, claims)
    const response = await createCaller(bed)('/accounts', { token })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain(
      'Bearer realm="api", error="invalid_token"',
    )
    expect(await response.json()).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-401-0003',
    })
  })

  it('is refused when it has expired (RFC 6750 §3.1)', async () => {
    const bed = await createTestBed()
    const token = await mintToken(bed.context)
    bed.wait(86_401)
    const response = await createCaller(bed)('/accounts', { token })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('The access token is expired')
  })

  it('is refused when another key signed it (RFC 9068 §4)', async () => {
    const bed = await createTestBed()
    const { privateKey } = await generateKeyPair('RS256')
    const token = await mintToken(bed.context, {}, privateKey)
    expect((await createCaller(bed)('/accounts', { token })).status).toBe(401)
  })

  it('is refused when its algorithm is none (RFC 8725 §3.2)', async () => {
    const bed = await createTestBed()
    const [, payload] = (await mintToken(bed.context)).split('.')
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    const response = await createCaller(bed)('/accounts', { token: `${header}.${payload}.` })
    expect(response.status).toBe(401)
  })

  it('may be for several audiences, as long as the API is one of them (RFC 7519 §4.1.3)', async () => {
    const bed = await createTestBed()
    const aud = [bed.context.myAccountAudience, `${bed.context.issuer}userinfo`]
    const token = await mintToken(bed.context, { aud })
    expect((await createCaller(bed)('/accounts', { token })).status).toBe(200)
  })

  it('is refused as Bearer when it is bound to a key (RFC 9449 §7.2)', async () => {
    const client = await createDpopClient()
    for (const proof of [undefined, await client.prove()]) {
      const response = await client.send(proof, `Bearer ${client.token}`)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain(
        'Bearer realm="api", error="invalid_token"',
      )
    }
  })

  it('is refused with the DPoP scheme when it is not bound to a key (RFC 9449 §7.1)', async () => {
    const client = await createDpopClient()
    const token = await mintToken(client.bed.context)
    const response = await client.send(await client.prove(), `DPoP ${token}`)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('DPoP error="invalid_token"')
  })

  it('is read whatever the case of its scheme (RFC 9110 §11.1)', async () => {
    const client = await createDpopClient()
    expect((await client.send(await client.prove(), `dpop ${client.token}`)).status).toBe(200)
  })

  it('must be bound where the API requires proof of possession (RFC 9449 §7.1)', async () => {
    const bed = await createBedInMode('required')
    const response = await createCaller(bed)('/accounts')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('DPoP algs="ES256"')
  })

  it('must be Bearer where the API has no proof of possession (RFC 6750 §2.1)', async () => {
    const bed = await createBedInMode('none')
    const token = await mintToken(bed.context)
    const call = createCaller(bed)
    expect((await call('/accounts', { token })).status).toBe(200)
    const response = await call('/accounts', { headers: { authorization: `DPoP ${token}` } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  })

  it.each([
    ['create', '/connect', 'POST'],
    ['create', '/complete', 'POST'],
    ['read', '/accounts', 'GET'],
    ['read', '/connections', 'GET'],
    ['delete', '/accounts/cac_1', 'DELETE'],
  ])(
    'must have the scope %s:me:connected_accounts for %s (RFC 6750 §3.1)',
    async (verb, path, method) => {
      const bed = await createTestBed()
      const needed = `${verb}:me:connected_accounts`
      const others = SCOPES.split(' ').filter((scope) => scope !== needed)
      const token = await mintToken(bed.context, { scope: others.join(' ') })
      const response = await createCaller(bed)(path, { method, token })
      expect(response.status).toBe(403)
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer realm="api", error="insufficient_scope", scope="${needed}"`,
      )
    },
  )
})
