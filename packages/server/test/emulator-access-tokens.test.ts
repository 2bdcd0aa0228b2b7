import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccessTokenVerifier } from '../src/index.js'
import { audience, baseUrl, bearer, dpop, url } from './api-world.js'

const dialects = [
  'access_token',
  'access_token_authz',
  'rfc9068_profile',
  'rfc9068_profile_authz',
] as const

describe.each(dialects)('an access token of the emulator in the dialect %s', (token_dialect) => {
  let emulator: Emulator
  let keyPair: KeyPair
  beforeAll(async () => {
    const tenant = defaultTenant()
    for (const api of tenant.apis) api.token_dialect = token_dialect
    const permission = { resource_server_identifier: audience, permission_name: 'read:calendar' }
    for (const user of tenant.users) user.permissions = [permission]
    emulator = await createEmulator({ port: 0, tenant })
    keyPair = await generateKeyPair('ES256')
  })
  afterAll(() => emulator.close())

  const verifier = () => createAccessTokenVerifier({ domain: emulator.url, audience, baseUrl })
  const permissions = token_dialect.endsWith('_authz') ? ['read:calendar'] : []
  const login = () => ({
    emulator,
    client: emulator.clients.spa,
    audience,
    scope: 'openid read:calendar',
  })

  test('is verified, with its user, application, scopes and permissions', async () => {
    const { access_token } = await loginWithCode(login())
    expect(await verifier()(bearer(access_token), { scope: 'read:calendar' })).toMatchObject({
      sub: 'auth0|alice',
      clientId: 'spa',
      scopes: ['openid', 'read:calendar'],
      permissions,
    })
  })

  test('is verified if it is bound to a key', async () => {
    const { access_token } = await loginWithCode({ ...login(), dpop: keyPair })
    const proof = await generateProof(keyPair, url, 'GET', undefined, access_token)
    expect(await verifier()(dpop(access_token, proof))).toMatchObject({ clientId: 'spa' })
  })

  test('is verified if it is one of the application itself', async () => {
    const fields = { grant_type: 'client_credentials', audience }
    const { body } = await requestToken({ emulator, client: emulator.clients.web }, fields)
    expect(await verifier()(bearer(body.access_token))).toMatchObject({
      sub: 'web@clients',
      clientId: 'web',
      scopes: ['read:calendar'],
      permissions,
    })
  })
})
