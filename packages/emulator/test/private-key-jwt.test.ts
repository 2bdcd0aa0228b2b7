import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { manage } from '@connected-accounts/testing/tenant/management'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  discovery,
  PrivateKeyJwt,
  refreshTokenGrant,
} from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

let emulator: Emulator
let key: CryptoKey
let otherKey: CryptoKey
const audience = 'https://api.example.test/'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const credentials = [{ id: 'cred_one' }]

beforeAll(async () => {
  const { privateKey, credential } = await createCredential('cred_one')
  const other = await createCredential('cred_other')
  key = privateKey
  otherKey = other.privateKey
  const tenant = tenantWithWeb(defaultTenant(), (web) => {
    web.credentials = [credential, other.credential]
    web.client_authentication_methods = { private_key_jwt: { credentials } }
  })
  emulator = await createEmulator({ port: 0, tenant })
})
afterAll(() => emulator.close())

const configure = (signer: CryptoKey = key) =>
  discovery(new URL(emulator.url), 'web', {}, PrivateKeyJwt(signer), {
    execute: [allowInsecureRequests],
  })

/** A client assertion with these claims in place of the usual ones; `undefined` leaves one out. */
async function assertion(claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const jti = crypto.randomUUID()
  const all = { iss: 'web', sub: 'web', aud: `${emulator.url}/`, iat: now, exp: now + 60, jti }
  return new SignJWT({ ...all, ...claims }).setProtectedHeader({ alg: 'RS256' }).sign(key)
}

const request = (fields: Record<string, string>) => {
  const grant = { grant_type: 'client_credentials', audience }
  const client = { clientId: 'web' }
  return requestToken({ emulator, client }, { ...grant, ...fields })
}

describe('private_key_jwt (RFC 7523 §2.2)', () => {
  it('authenticates a client of openid-client, for its own token and for a refresh', async () => {
    const configuration = await configure()
    const own = await clientCredentialsGrant(configuration, { audience })
    expect(own.token_type).toBe('bearer')
    const params = { client_assertion_type: assertionType }
    const login = { emulator, client: { clientId: 'web' } }
    const code = { ...params, client_assertion: await assertion() }
    const { refresh_token = '' } = await loginWithCode(login, code)
    const refreshed = await refreshTokenGrant(configuration, refresh_token)
    expect(refreshed.access_token).toBeTruthy()
  })

  it('is what discovery offers', async () => {
    const answer = await fetch(`${emulator.url}/.well-known/openid-configuration`)
    const metadata = await answer.json()
    expect(metadata.token_endpoint_auth_methods_supported).toContain('private_key_jwt')
  })

  it('refuses another key, also one of a credential for something else, with invalid_client', async () => {
    const { privateKey } = await createCredential('cred_unknown')
    for (const signer of [privateKey, otherKey]) {
      const own = clientCredentialsGrant(await configure(signer), { audience })
      await expect(own).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    }
  })

  const now = Math.floor(Date.now() / 1000)
  it.each([
    { name: 'the valid one', claims: {}, status: 200 },
    { name: 'the token endpoint as aud', claims: { aud: 'token' }, status: 200 },
    { name: 'another aud', claims: { aud: 'https://other.test/' }, status: 401 },
    { name: 'another iss', claims: { iss: 'spa' }, status: 401 },
    { name: 'one that has expired', claims: { exp: now - 120 }, status: 401 },
    { name: 'one without exp', claims: { exp: undefined }, status: 401 },
    { name: 'one without jti', claims: { jti: undefined }, status: 401 },
  ])('takes $name with $status', async ({ claims, status }) => {
    const aud = claims.aud === 'token' ? `${emulator.url}/oauth/token` : claims.aud
    const client_assertion = await assertion({ ...claims, ...(aud && { aud }) })
    const answer = await request({ client_assertion, client_assertion_type: assertionType })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.body.error).toBe('invalid_client')
  })

  it('takes an assertion once', async () => {
    const fields = { client_assertion: await assertion(), client_assertion_type: assertionType }
    expect((await request(fields)).status).toBe(200)
    expect((await request(fields)).body.error).toBe('invalid_client')
  })

  it('leaves the secret of the client worthless', async () => {
    expect((await request({ client_secret: 'web-secret' })).body.error).toBe('invalid_client')
  })
})

describe('client_authentication_methods in the Management API', () => {
  it('is shown without the keys, with no token_endpoint_auth_method, and can be taken back', async () => {
    const path = '/clients/web'
    const shown = await (await manage(emulator, { path })).json()
    expect(shown.client_authentication_methods).toEqual({ private_key_jwt: { credentials } })
    expect(shown.token_endpoint_auth_method).toBeNull()
    expect(shown).not.toHaveProperty('credentials')
    const change = { client_authentication_methods: null }
    expect((await manage(emulator, { path, body: change })).status).toBe(200)
    expect((await request({ client_secret: 'web-secret' })).status).toBe(200)
  })

  it('refuses a credential that the client does not have', async () => {
    const methods = { private_key_jwt: { credentials: [{ id: 'cred_none' }] } }
    const body = { client_authentication_methods: methods }
    const answer = await manage(emulator, { path: '/clients/web', body })
    expect([answer.status, (await answer.json()).message]).toEqual([
      400,
      expect.stringContaining('client_authentication_methods'),
    ])
  })
})

const elliptic = await exportSPKI((await generateKeyPair('ES256')).publicKey)

it.each([
  [{ id: 'cred', pem: 'no key' }, 'cred must have a public RSA key as its pem'],
  [{ id: 'cred', pem: elliptic }, 'cred must have a public RSA key as its pem'],
  [{ id: 'cred' }, "must have required property 'pem'"],
])('A tenant with the credential %o is refused', async (credential, message) => {
  const tenant = tenantWithWeb(defaultTenant(), (web) =>
    Object.assign(web, { credentials: [credential] }),
  )
  await expect(createEmulator({ port: 0, tenant })).rejects.toThrow(message)
})
