import {
  claims,
  type Login,
  loginWithCode,
  requestToken,
  type TokenAnswer,
} from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login
let me: string

const example = 'https://api.example.test/'

beforeAll(async () => {
  const tenant = defaultTenant()
  const [api] = tenant.apis.slice(1)
  if (!api) throw new Error('The default tenant has an example API')
  // Two more: one that no policy names, and one whose identifier is no URI.
  tenant.apis.push({ ...api, identifier: 'https://other.example.test/' })
  tenant.apis.push({ ...api, identifier: 'urn-less api', scopes: ['read:calendar', 'write:all'] })
  for (const client of tenant.clients) {
    client.refresh_token.policies.push(
      { audience: 'urn-less api', scope: ['read:calendar', 'not:of:the:api'] },
      { audience: 'https://gone.example.test/', scope: ['read:calendar'] },
    )
  }
  emulator = await createEmulator({ port: 0, tenant })
  login = { emulator, client: emulator.clients.spa }
  me = `${emulator.url}/me/`
})
afterAll(() => emulator.close())

/** Logs in, and refreshes with these fields. */
async function refresh(
  change: Partial<Login>,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  const { refresh_token = '' } = await loginWithCode({ ...login, ...change })
  const base = { grant_type: 'refresh_token', refresh_token }
  return requestToken({ ...login, ...change }, { ...base, ...fields })
}

describe('A refresh', () => {
  it.each([
    { name: 'nothing asked for', fields: {}, scope: 'openid offline_access read:calendar' },
    { name: 'fewer scopes', fields: { scope: 'openid' }, scope: 'openid' },
    {
      name: 'scopes never granted',
      fields: { scope: 'openid email read:calendar delete:all' },
      scope: 'openid read:calendar',
    },
    { name: 'only scopes never granted', fields: { scope: 'delete:all' }, scope: '' },
  ])('of a login for an API gives that API: $name', async ({ fields, scope }) => {
    const change = { audience: example, scope: 'openid offline_access read:calendar' }
    const { status, body } = await refresh(change, fields)
    expect(status).toBe(200)
    expect(body.scope).toBe(scope)
    expect([claims(body.access_token).aud].flat()).toContain(example)
  })

  it('gives an ID token with openid, the same refresh token, and no nonce (OIDC Core §12.2)', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const { body } = await requestToken(login, fields)
    expect(body.refresh_token).toBe(refresh_token)
    expect(claims(body.id_token)).toMatchObject({ sub: 'auth0|alice', email: 'alice@example.test' })
    expect(claims(body.id_token)).not.toHaveProperty('nonce')
  })

  it('of a login without an audience gives a token for userinfo', async () => {
    const { body } = await refresh({}, {})
    expect(body.access_token).not.toContain('.')
    expect(body.scope).toBe('openid profile email offline_access')
  })
})

describe('A refresh with another audience (MRRT)', () => {
  it.each([
    {
      name: 'all of the policy where no scope is named',
      scope: undefined,
      expected:
        'openid offline_access create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts',
    },
    {
      name: 'one scope of the policy',
      scope: 'openid read:me:connected_accounts',
      expected: 'openid read:me:connected_accounts',
    },
    {
      name: 'what is left without scopes of another API',
      scope: 'openid profile read:calendar create:me:connected_accounts',
      expected: 'openid create:me:connected_accounts',
    },
  ])('gives $name', async ({ scope, expected }) => {
    const change = { audience: example, scope: 'openid offline_access read:calendar' }
    const { status, body } = await refresh(change, { audience: me, ...(scope && { scope }) })
    expect(status).toBe(200)
    expect(body.scope).toBe(expected)
    expect([claims(body.access_token).aud].flat()).toContain(me)
    expect(claims(body.access_token).scope).toBe(expected)
  })

  it('works from a login without an audience, and leaves its refresh token as it was', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const other = await requestToken(login, { ...fields, audience: me })
    expect([claims(other.body.access_token).aud].flat()).toContain(me)
    const again = await requestToken(login, fields)
    expect(again.body.access_token).not.toContain('.')
    expect(again.body.scope).toBe('openid profile email offline_access')
  })

  it('answers refreshes for several audiences at once', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const audiences = [me, example, me, example]
    const answers = await Promise.all(
      audiences.map((audience) => requestToken(login, { ...fields, audience })),
    )
    const received = answers.map(({ body }) => [claims(body.access_token).aud].flat()[0])
    expect(received).toEqual(audiences)
  })

  it('ignores scopes of a policy that the API does not have', async () => {
    const { body } = await refresh({ scope: 'offline_access' }, { audience: 'urn-less api' })
    expect(body.scope).toBe('offline_access read:calendar')
    expect(claims(body.access_token).aud).toBe('urn-less api')
  })

  it.each(['https://other.example.test/', 'https://gone.example.test/', 'https://nowhere.test/'])(
    'refuses %s, for which the client has no policy or the tenant no API (RFC 8707 §2)',
    async (audience) => {
      const { status, body } = await refresh({}, { audience })
      expect(status).toBe(400)
      expect(body).toEqual({
        error: 'invalid_target',
        error_description: 'The requested audience is not authorized by the refresh token policy',
      })
    },
  )
})

describe('A refresh token', () => {
  it.each([
    { name: 'an unknown one', fields: { refresh_token: 'unknown' }, client: 'spa' as const },
    { name: 'that of another client', fields: {}, client: 'web' as const },
  ])('is refused: $name (RFC 6749 §6)', async ({ fields, client }) => {
    const { refresh_token = '' } = await loginWithCode(login)
    const base = { grant_type: 'refresh_token', refresh_token }
    const other = { ...login, client: emulator.clients[client] }
    const { status, body } = await requestToken(other, { ...base, ...fields })
    expect(status).toBe(403)
    expect(body.error).toBe('invalid_grant')
  })

  it('is refused once it was revoked (RFC 7009 §2.1)', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const body = JSON.stringify({ client_id: 'spa', token: refresh_token })
    const headers = { 'content-type': 'application/json' }
    const revoked = await fetch(`${emulator.url}/oauth/revoke`, { method: 'POST', headers, body })
    expect(revoked.status).toBe(200)
    const answer = await requestToken(login, { grant_type: 'refresh_token', refresh_token })
    expect(answer.body.error).toBe('invalid_grant')
  })
})
