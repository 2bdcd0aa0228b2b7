import {
  claims,
  exchangeCode,
  type Login,
  logIn,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login & { dpop: KeyPair }
let thumbprint: string

const [bearerOnly, dpopOnly] = ['https://bearer.example.test/', 'https://dpop.example.test/']
const example = 'https://api.example.test/'

beforeAll(async () => {
  const { apis, clients } = defaultTenant()
  const api = { name: 'API', scopes: ['read:calendar'], token_lifetime: 60 }
  apis.push({ ...api, identifier: bearerOnly, proof_of_possession: 'none' })
  apis.push({ ...api, identifier: dpopOnly, proof_of_possession: 'required' })
  const scope = ['read:calendar']
  for (const { refresh_token } of clients) {
    refresh_token.policies.push({ audience: bearerOnly, scope }, { audience: dpopOnly, scope })
  }
  emulator = await createEmulator({ port: 0, tenant: { apis, clients } })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  const dpop = await generateKeyPair('ES256')
  thumbprint = await calculateThumbprint(dpop.publicKey)
  login = { emulator, client: emulator.clients.spa, dpop }
})

/** A code exchange with exactly this proof, and no second try. */
async function exchangeWith(proof: string, client = login.client, dpop_jkt = thumbprint) {
  const { code, verifier } = await logIn({ ...login, client, params: { dpop_jkt } })
  return sendCode({ code, verifier }, proof, client)
}

async function sendCode(
  { code, verifier }: { code: string; verifier: string },
  proof: string,
  client = login.client,
) {
  const response = await fetch(tokenUrl(), {
    method: 'POST',
    headers: { dpop: proof, origin: 'http://localhost:3000' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client.clientId,
      ...(client.clientSecret && { client_secret: client.clientSecret }),
      code,
      code_verifier: verifier,
      redirect_uri: 'http://localhost:3000/callback',
    }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const tokenUrl = () => `${emulator.url}/oauth/token`

async function freshNonce(): Promise<string> {
  const { headers } = await exchangeWith(await generateProof(login.dpop, tokenUrl(), 'POST'))
  return headers.get('dpop-nonce') ?? ''
}

describe('A public client at the token endpoint', () => {
  it('is challenged for a nonce, which CORS lets it read (RFC 9449 §8)', async () => {
    const proof = await generateProof(login.dpop, tokenUrl(), 'POST')
    const { status, headers, body } = await exchangeWith(proof)
    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'use_dpop_nonce',
      error_description: 'Authorization server requires nonce in DPoP proof',
    })
    expect(headers.get('dpop-nonce')).toBeTruthy()
    expect(headers.get('access-control-expose-headers')?.toLowerCase()).toContain('dpop-nonce')
  })

  it('is challenged again for a nonce that is not of this server', async () => {
    const proof = await generateProof(login.dpop, tokenUrl(), 'POST', 'unknown')
    expect((await exchangeWith(proof)).body.error).toBe('use_dpop_nonce')
  })

  it('keeps its code when it is challenged', async () => {
    const made = await logIn(login)
    const proof = await generateProof(login.dpop, tokenUrl(), 'POST')
    const { headers } = await sendCode(made, proof)
    const nonce = headers.get('dpop-nonce') ?? undefined
    const again = await generateProof(login.dpop, tokenUrl(), 'POST', nonce)
    expect((await sendCode(made, again)).status).toBe(200)
  })

  it('gets tokens bound to its key (RFC 9449 §6.1)', async () => {
    const tokens = await loginWithCode({ ...login, audience: example })
    expect(tokens.token_type).toBe('DPoP')
    expect(claims(tokens.access_token).cnf).toEqual({ jkt: thumbprint })
  })

  it('gets Bearer tokens without a proof', async () => {
    const { dpop: _dpop, ...bearer } = login
    const tokens = await loginWithCode({ ...bearer, audience: example })
    expect(tokens.token_type).toBe('Bearer')
    expect(claims(tokens.access_token)).not.toHaveProperty('cnf')
  })

  it('has its refresh token bound to the key, too (RFC 9449 §5)', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const bound = await requestToken(login, { ...fields, audience: `${emulator.url}/me/` })
    expect(bound.body.token_type).toBe('DPoP')
    expect(claims(bound.body.access_token).cnf).toEqual({ jkt: thumbprint })
    const { dpop: _dpop, ...bearer } = login
    expect((await requestToken(bearer, fields)).body.error).toBe('invalid_grant')
    const other = { ...login, dpop: await generateKeyPair('ES256') }
    expect((await requestToken(other, fields)).body.error).toBe('invalid_grant')
  })
})

describe('A confidential client at the token endpoint', () => {
  it('is not challenged for a nonce, and its refresh token is not bound', async () => {
    const { web } = emulator.clients
    const proof = await generateProof(login.dpop, tokenUrl(), 'POST')
    const { status, body } = await exchangeWith(proof, web)
    expect(status).toBe(200)
    expect(body.token_type).toBe('DPoP')
    const { dpop: _dpop, ...bearer } = { ...login, client: web }
    const { refresh_token } = body
    expect(
      (await requestToken(bearer, { grant_type: 'refresh_token', refresh_token })).status,
    ).toBe(200)
  })
})

describe('A proof at the token endpoint', () => {
  it.each([
    { name: 'htm', make: (nonce: string) => generateProof(login.dpop, tokenUrl(), 'GET', nonce) },
    {
      name: 'htu',
      make: (nonce: string) => generateProof(login.dpop, `${emulator.url}/me/`, 'POST', nonce),
    },
    {
      name: 'signature',
      make: async (nonce: string) =>
        `${await generateProof(login.dpop, tokenUrl(), 'POST', nonce)}AAAA`,
    },
    {
      name: 'alg',
      make: async (nonce: string) =>
        generateProof(await generateKeyPair('RS256'), tokenUrl(), 'POST', nonce),
    },
  ])('is refused for its $name (RFC 9449 §4.3)', async ({ make }) => {
    const { status, body } = await exchangeWith(await make(await freshNonce()))
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_dpop_proof')
  })

  it('is refused the second time (RFC 9449 §11.1)', async () => {
    const proof = await generateProof(login.dpop, tokenUrl(), 'POST', await freshNonce())
    expect((await exchangeWith(proof)).status).toBe(200)
    const { status, body } = await exchangeWith(proof)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_dpop_proof')
  })

  it('is refused by another key than dpop_jkt of the authorization (RFC 9449 §10)', async () => {
    const other = await generateKeyPair('ES256')
    const proof = await generateProof(other, tokenUrl(), 'POST', await freshNonce())
    expect((await exchangeWith(proof)).body.error).toBe('invalid_grant')
  })

  it('is missed where the authorization had a dpop_jkt (RFC 9449 §10)', async () => {
    const made = await logIn({ ...login, params: { dpop_jkt: thumbprint } })
    const { dpop: _dpop, ...bearer } = login
    expect((await exchangeCode({ ...bearer, ...made })).body.error).toBe('invalid_grant')
  })
})

describe('An API with proof of possession', () => {
  it('`none` gets an unbound token though there was a proof', async () => {
    const tokens = await loginWithCode({ ...login, audience: bearerOnly })
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 60 })
    expect(claims(tokens.access_token)).not.toHaveProperty('cnf')
  })

  it('`none` gets an unbound token from a bound refresh token', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token, audience: bearerOnly }
    const { status, body } = await requestToken(login, fields)
    expect(status).toBe(200)
    expect(body.token_type).toBe('Bearer')
  })

  it('`required` gets a bound token', async () => {
    const tokens = await loginWithCode({ ...login, audience: dpopOnly })
    expect(tokens.token_type).toBe('DPoP')
  })

  it.each(['code', 'refresh'])('`required` gets none without a proof: %s', async (grant) => {
    const { dpop: _dpop, ...bearer } = login
    const made = await logIn({ ...bearer, ...(grant === 'code' && { audience: dpopOnly }) })
    const first = await exchangeCode({ ...bearer, ...made })
    const { refresh_token = '' } = first.body
    const fields = { grant_type: 'refresh_token', refresh_token, audience: dpopOnly }
    const { status, body } = grant === 'code' ? first : await requestToken(bearer, fields)
    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'invalid_request',
      error_description: 'The audience requires a DPoP proof',
    })
  })
})

describe('/userinfo with a bound token', () => {
  it.each([undefined, example])('wants the proof (audience: %s)', async (audience) => {
    const { access_token } = await loginWithCode({ ...login, ...(audience && { audience }) })
    const url = `${emulator.url}/userinfo`
    const get = async (scheme: string, proof?: string) =>
      fetch(url, {
        headers: { authorization: `${scheme} ${access_token}`, ...(proof && { dpop: proof }) },
      })
    expect((await get('Bearer')).status).toBe(401)
    const prove = (nonce?: string) => generateProof(login.dpop, url, 'GET', nonce, access_token)
    let response = await get('DPoP', await prove())
    const nonce = response.headers.get('dpop-nonce')
    if (response.status === 401 && nonce) response = await get('DPoP', await prove(nonce))
    expect(await response.json()).toMatchObject({ sub: 'auth0|alice', name: 'Alice' })
  })
})
