import { loginWithCode } from '@connected-accounts/testing/person/login'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AccessTokenRequest,
  createEmulator,
  defaultTenant,
  type Emulator,
} from '../src/index.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

const alice = { user_id: 'auth0|alice' }
const organization = { ...alice, org_id: 'org_example' }

describe('issueAccessToken', () => {
  it('has the claims of a token that came of a login', async () => {
    const issued = decodeJwt(await emulator.issueAccessToken(alice))
    const { access_token } = await loginWithCode({
      emulator,
      client: emulator.clients.spa,
      audience: `${emulator.url}/me/`,
      scope: 'create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts',
    })
    // The session of a login is what this token has not.
    const { sid: _, ...expected } = decodeJwt(access_token)
    expect(Object.keys(issued).sort()).toEqual(Object.keys(expected).sort())
    const { iss, aud, sub, azp, scope } = expected
    expect(issued).toMatchObject({ iss, aud, sub, azp, scope })
    expect(Number(issued.exp) - Number(issued.iat)).toBe(86_400)
  })

  it('is signed with the key that the tenant publishes', async () => {
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', emulator.url))
    const audience = 'https://api.example.test/'
    const token = await emulator.issueAccessToken({ ...alice, audience, client_id: 'web' })
    const { payload } = await jwtVerify(token, keys, { audience, issuer: `${emulator.url}/` })
    expect(payload).toMatchObject({ azp: 'web', scope: 'read:calendar' })
  })

  it('binds to a key, and takes scopes and an organization', async () => {
    const scope = 'read:me:connected_accounts'
    const token = await emulator.issueAccessToken({ ...organization, jkt: 'thumbprint', scope })
    const claims = { cnf: { jkt: 'thumbprint' }, org_id: 'org_example', scope }
    expect(decodeJwt(token)).toMatchObject(claims)
  })

  it.each<[field: string, request: AccessTokenRequest, message: string]>([
    ['user_id', { user_id: 'auth0|nobody' }, 'is not a user of the tenant: auth0|nobody'],
    ['client_id', { ...alice, client_id: 'other' }, 'is not a client of the tenant: other'],
    ['audience', { ...alice, audience: 'https://x/' }, 'is not an API of the tenant: https://x/'],
    ['scope', { ...alice, scope: 'read:calendar' }, 'is not a scope of the API: read:calendar'],
    ['org_id', { ...organization, user_id: 'auth0|bob' }, 'is not an organization of the user'],
    [
      'jkt',
      { ...alice, audience: 'https://{domain}/api/v2/', jkt: 'a' },
      'must be left out: the API takes no token with a key',
    ],
  ])('refuses a wrong %s by its name', async (field, request, message) => {
    const audience = request.audience?.replace('https://{domain}', emulator.url)
    const issued = emulator.issueAccessToken({ ...request, ...(audience && { audience }) })
    await expect(issued).rejects.toThrow(`accessToken/${field} ${message}`)
  })

  it('insists on a key where the API does', async () => {
    const apis = defaultTenant().apis.map((api) => {
      return { ...api, proof_of_possession: 'required' as const }
    })
    emulator.tenant.set({ apis })
    await expect(emulator.issueAccessToken(alice)).rejects.toThrow('accessToken/jkt is required')
    emulator.reset()
  })
})
