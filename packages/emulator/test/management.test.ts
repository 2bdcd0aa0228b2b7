import { type Login, loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import {
  type ManagementCall,
  manage,
  managementToken,
} from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa }
})

async function json(call: ManagementCall) {
  return (await manage(emulator, call)).json()
}

const local = ['http://localhost:*', 'http://127.0.0.1:*']

describe('A client', () => {
  it('is shown without its secret', async () => {
    expect(await json({ path: '/clients/web' })).toEqual({
      client_id: 'web',
      name: 'Web application',
      app_type: 'regular_web',
      is_first_party: true,
      oidc_conformant: true,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: expect.arrayContaining(['authorization_code', 'client_credentials']),
      callbacks: local,
      allowed_logout_urls: local,
      web_origins: local,
      refresh_token: {
        rotation_type: 'non-rotating',
        expiration_type: 'expiring',
        policies: [expect.objectContaining({ audience: `${emulator.url}/me/` }), expect.anything()],
      },
    })
  })

  it('keeps the fields that are not sent', async () => {
    const before = await json({ path: '/clients/spa' })
    const after = await json({
      path: '/clients/spa',
      body: { allowed_origins: ['https://a.test'] },
    })
    expect(after).toEqual({ ...before, allowed_origins: ['https://a.test'] })
    expect(await json({ path: '/clients/spa' })).toEqual(after)
  })

  it('keeps its id and its secret whatever is sent', async () => {
    const body = { client_id: 'other', client_secret: 'other' }
    expect(await json({ path: '/clients/management', body })).toHaveProperty(
      'client_id',
      'management',
    )
    expect(await managementToken(emulator)).toBeTruthy()
  })

  it('has its refresh token settings replaced as a whole', async () => {
    const refresh_token = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 3 }
    const after = await json({ path: '/clients/spa', body: { refresh_token } })
    expect(after.refresh_token).toEqual(refresh_token)
    const reset = await json({ path: '/clients/spa', body: { refresh_token: null } })
    expect(reset.refresh_token).toEqual({
      rotation_type: 'non-rotating',
      expiration_type: 'non-expiring',
    })
  })

  it('may use the grants that it has at that moment', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const refresh = () => requestToken(login, { grant_type: 'refresh_token', refresh_token })
    const path = '/clients/spa'
    await manage(emulator, { path, body: { grant_types: ['authorization_code', 'implicit'] } })
    expect((await refresh()).body.error).toBe('unauthorized_client')
    await manage(emulator, { path, body: { grant_types: ['refresh_token'] } })
    expect((await refresh()).status).toBe(200)
  })

  it('needs a secret to authenticate with one', async () => {
    const body = { token_endpoint_auth_method: 'client_secret_post' }
    const response = await manage(emulator, { path: '/clients/spa', body })
    expect(response.status).toBe(400)
    expect(await json({ path: '/clients/web', body })).toMatchObject(body)
  })

  it('is refused for a flaw that the message names', async () => {
    const body = { refresh_token: { rotation_type: 'rotating', expiration_type: 'never' } }
    const response = await manage(emulator, { path: '/clients/spa', body })
    expect(response.status).toBe(400)
    const { message } = await response.json()
    expect(message).toMatch(/^Payload validation error: '.+' on property refresh_token\.$/)
  })
})

describe('A connection', () => {
  const path = '/connections/con_google'

  it('keeps what is not sent, and says who may use it', async () => {
    expect(await json({ path, body: { authentication: { active: false } } })).toEqual({
      id: 'con_google',
      name: 'google-oauth2',
      strategy: 'google-oauth2',
      display_name: 'Google',
      options: { scope: expect.arrayContaining(['openid']) },
      enabled_clients: ['spa', 'web', 'api', 'management'],
      authentication: { active: false },
      connected_accounts: { active: true },
    })
  })

  it.each([
    { scope: 'openid files', expected: ['openid', 'files'] },
    { scope: ['openid'], expected: ['openid'] },
  ])('has its options replaced as a whole, with the scopes $scope', async (given) => {
    const { scope, expected } = given
    await json({ path, body: { options: { icon: 'x' } } })
    const { options } = await json({ path, body: { options: { scope } } })
    expect(options).toEqual({ scope: expected })
    expect(await connectionsOf('spa')).toMatchObject([{ scopes: expected }, {}, {}, {}])
  })

  it('is there for the clients that are enabled, and for no other', async () => {
    const off = [{ client_id: 'spa', status: false }]
    expect((await manage(emulator, { path: `${path}/clients`, body: off })).status).toBe(204)
    expect(await connectionsOf('spa')).toHaveLength(3)
    expect(await connectionsOf('web')).toHaveLength(4)
    await manage(emulator, { path: `${path}/clients`, body: [{ client_id: 'spa', status: true }] })
    expect(await connectionsOf('spa')).toHaveLength(4)
  })

  it('cannot be enabled for a client that does not exist', async () => {
    const body = [{ client_id: 'unknown', status: true }]
    expect((await manage(emulator, { path: `${path}/clients`, body })).status).toBe(400)
  })

  it('is not found by its name', async () => {
    const body = { connected_accounts: { active: true } }
    const response = await manage(emulator, { path: '/connections/google-oauth2', body })
    expect(response.status).toBe(404)
  })

  it('takes the object of the contract, not a bare true', async () => {
    const response = await manage(emulator, { path, body: { connected_accounts: true } })
    expect(response.status).toBe(400)
  })

  async function connectionsOf(client: 'spa' | 'web'): Promise<unknown> {
    const audience = `${emulator.url}/me/`
    const scope = 'read:me:connected_accounts'
    const who = { emulator, client: emulator.clients[client], audience, scope }
    const { access_token } = await loginWithCode(who)
    const response = await fetch(`${audience}v1/connected-accounts/connections`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    return (await response.json()).connections
  }
})

describe('The Management API', () => {
  it.each([
    { name: 'another path', call: { path: '/nothing' } },
    { name: 'another method', call: { path: '/clients/spa', method: 'DELETE' } },
  ])('answers $name with 404 in its own form', async ({ call }) => {
    const response = await manage(emulator, call)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ statusCode: 404, error: 'Not Found' })
  })

  it.each([
    { name: 'that is no JSON', init: { body: '{' } },
    { name: 'of another media type', init: { headers: { 'content-type': 'text/plain' } } },
  ])('answers 400 to a body $name', async ({ init }) => {
    const authorization = `Bearer ${await managementToken(emulator)}`
    const headers = { authorization, 'content-type': 'application/json' }
    const valid = { method: 'PATCH', body: '{}' }
    const change = { ...valid, ...init, headers: { ...headers, ...init.headers } }
    const send = (with_: RequestInit) => fetch(`${emulator.url}/api/v2/clients/spa`, with_)
    expect((await send({ ...valid, headers })).status).toBe(200)
    const response = await send(change)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('errorCode', 'invalid_body')
  })

  it('is not open to pages of other origins', async () => {
    const headers = { origin: 'http://localhost:3000' }
    const response = await manage(emulator, { path: '/clients/spa', headers })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('fails when it is told to, once, with the headers it is given', async () => {
    emulator.failNext('getUser', { status: 503, headers: { 'retry-after': '3' } })
    const response = await manage(emulator, { path: '/users/auth0%7Calice' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
    expect((await manage(emulator, { path: '/users/auth0%7Calice' })).status).toBe(200)
  })

  it('has the fields of a fault in its error, and its damage done to it', async () => {
    const problem = { errorCode: 'operation_not_supported' }
    emulator.failNext('getUser', { status: 400, problem, damage: 'wrong_content_type' })
    emulator.failNext('getUser', { status: 400, problem })
    const path = '/users/auth0%7Calice'
    const damaged = await manage(emulator, { path })
    expect(damaged.headers.get('content-type')).toContain('text/html')
    expect(await json({ path })).toMatchObject({ statusCode: 400, ...problem })
  })

  it('does its work where only its answer is to suffer', async () => {
    emulator.failNext('updateClient', { damage: 'connection_reset' })
    const call = { path: '/clients/spa', body: { name: 'Renamed' } }
    await expect(manage(emulator, call)).rejects.toThrow('fetch failed')
    expect(await json({ path: '/clients/spa' })).toHaveProperty('name', 'Renamed')
  })

  it('is not there where the tenant does not have it', async () => {
    const apis = defaultTenant().apis.filter(({ name }) => name !== 'Auth0 Management API')
    const without = await createEmulator({ port: 0, tenant: { apis } })
    const response = await fetch(`${without.url}/api/v2/clients/spa`)
    await without.close()
    expect(response.status).toBe(404)
  })
})

describe('reset', () => {
  it('puts the tenant back to what it was at the start', async () => {
    const unchanged = { path: '/connections/con_google', body: {} }
    const show = async () => [await json({ path: '/clients/spa' }), await json(unchanged)]
    const before = await show()
    const connections = structuredClone(emulator.connections)
    await json({ path: '/clients/spa', body: { name: 'Other', grant_types: [], callbacks: [] } })
    const changed = { connected_accounts: { active: false }, options: { scope: 'x', more: 1 } }
    await json({ path: '/connections/con_google', body: changed })
    expect(await show()).not.toEqual(before)
    emulator.reset()
    expect(await show()).toEqual(before)
    expect(emulator.connections).toEqual(connections)
    expect(await loginWithCode(login)).toHaveProperty('refresh_token')
  })
})
