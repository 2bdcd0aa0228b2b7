import { once } from 'node:events'
import { get } from 'node:http'
import { createServer } from 'node:net'
import {
  authorizationUrl,
  logIn,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator, type EmulatorOptions } from '../src/index.js'

const running: Emulator[] = []

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ port: 0, ...options })
  running.push(emulator)
  return emulator
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
})

describe('createEmulator', () => {
  it('gives what programs under test are configured with', async () => {
    const { url, domain, clients, users, connections } = await start()
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(domain).toBe(url)
    expect(clients).toEqual({
      spa: { clientId: 'spa' },
      web: { clientId: 'web', clientSecret: 'web-secret' },
      api: { clientId: 'api', clientSecret: 'api-secret', audience: 'https://api.example.test/' },
      management: {
        clientId: 'management',
        clientSecret: 'management-secret',
        audience: `${url}/api/v2/`,
      },
    })
    expect(users.map(({ email }) => email)).toEqual(['alice@example.test', 'bob@example.test'])
    const names = ['google-oauth2', 'github', 'acme', 'example-company']
    expect(connections.map(({ name }) => name)).toEqual(names)
  })

  it('describes itself as its issuer, with a trailing slash (OIDC Discovery §4.3)', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/.well-known/openid-configuration`)
    expect(await response.json()).toMatchObject({
      issuer: `${url}/`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/oauth/token`,
      userinfo_endpoint: `${url}/userinfo`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      revocation_endpoint: `${url}/oauth/revoke`,
      end_session_endpoint: `${url}/oidc/logout`,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256'],
      dpop_signing_alg_values_supported: ['ES256'],
    })
  })

  it('publishes no private key', async () => {
    const { url } = await start()
    const { keys } = await (await fetch(`${url}/.well-known/jwks.json`)).json()
    expect(keys).toEqual([
      { kid: 'emulator', use: 'sig', alg: 'RS256', kty: 'RSA', n: expect.any(String), e: 'AQAB' },
    ])
  })

  it.each(['127.0.0.1', '[::1]'])(
    'is there at %s, too, and calls itself localhost',
    async (host) => {
      const { url } = await start()
      const { port } = new URL(url)
      const there = `http://${host}:${port}/.well-known/openid-configuration`
      expect(await (await fetch(there)).json()).toHaveProperty(
        'token_endpoint',
        `${url}/oauth/token`,
      )
    },
  )

  it('takes clients, users and connections in place of the default ones', async () => {
    const [user] = defaultTenant().users
    if (!user) throw new Error('The default tenant has users')
    const carol = { ...user, user_id: 'auth0|carol', email: 'carol@example.test', password: 'p' }
    const emulator = await start({ tenant: { users: [carol] } })
    const login = { emulator, client: emulator.clients.spa }
    expect(await loginWithCode({ ...login, user: carol })).toHaveProperty('id_token')
    await expect(loginWithCode(login)).rejects.toThrow('No code came back')
  })

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses the port %s', async (port) => {
    await expect(createEmulator({ port })).rejects.toThrow(
      'port must be an integer from 0 to 65535',
    )
  })

  const [client] = defaultTenant().clients
  const [organization] = defaultTenant().organizations
  const [connection] = defaultTenant().connections
  it.each([
    { change: { users: {} }, message: 'tenant/users must be array' },
    { change: { user: [] }, message: 'tenant must NOT have additional properties: user' },
    { change: { users: [{}] }, message: "tenant/users/0 must have required property 'user_id'" },
    { change: { apis: [{ identifier: 3 }] }, message: 'tenant/apis/0/identifier must be string' },
    {
      change: { clients: [{ ...client, app_type: 'x' }] },
      message:
        'tenant/clients/0/app_type must be equal to one of the allowed values: spa, native, regular_web, non_interactive, resource_server',
    },
    {
      change: { users: [...defaultTenant().users, ...defaultTenant().users] },
      message: 'tenant/users must not have the user_id auth0|alice twice',
    },
    {
      change: { organizations: [{ ...organization, connections: ['githup'] }] },
      message: 'tenant/organizations/0/connections must exist in the tenant: githup',
    },
    {
      change: { connections: [{ ...connection, enabled_clients: ['spa', 'wep'] }] },
      message: 'tenant/connections/0/enabled_clients must exist in the tenant: wep',
    },
    {
      change: { client_grants: [{ client_id: 'nobody', audience: 'x', scope: [] }] },
      message: 'tenant/client_grants/0/client_id must exist in the tenant: nobody',
    },
  ])('refuses a tenant that is wrong: $message', async ({ change, message }) => {
    const tenant = JSON.parse(JSON.stringify(change))
    await expect(createEmulator({ port: 0, tenant })).rejects.toThrow(message)
  })

  it('throws for a kind of client that the tenant does not have', async () => {
    const clients = defaultTenant().clients.filter(({ app_type }) => app_type !== 'spa')
    const emulator = await start({ tenant: { clients } })
    expect(() => emulator.clients.spa).toThrow(
      'tenant/clients must have a client with the app_type spa',
    )
  })
})

describe('A port', () => {
  it('that another emulator has is refused in one line with the way out', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(createEmulator({ port })).rejects.toThrow(
      new RegExp(`^Port ${port} is taken: .*another port.*$`),
    )
  })

  it.each(['127.0.0.1', '::1', '0.0.0.0'])(
    'that somebody has at %s is refused',
    async (address) => {
      const server = createServer().listen(0, address)
      await once(server, 'listening')
      const at = server.address()
      const port = typeof at === 'object' && at ? at.port : 0
      await expect(createEmulator({ port })).rejects.toThrow(`Port ${port} is taken`)
      server.close()
    },
  )

  it('is free again after close, even with a connection that is kept alive', async () => {
    const emulator = await createEmulator({ port: 0 })
    await fetch(emulator.url)
    const request = get(`${emulator.url}/authorize`, { headers: { connection: 'keep-alive' } })
    await once(request, 'response')
    await emulator.close()
    await start({ port: Number(new URL(emulator.url).port) })
  })
})

describe('reset', () => {
  it('ends sessions, and makes codes and refresh tokens unknown', async () => {
    const emulator = await start()
    const login = { emulator, client: emulator.clients.spa }
    const browser = createBrowser(emulator.url)
    const { code, verifier } = await logIn(login, browser)
    const { refresh_token = '' } = await loginWithCode(login)
    emulator.reset()
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier }
    const redirect_uri = 'http://localhost:3000/callback'
    const answers = [
      await requestToken(login, { ...fields, redirect_uri }),
      await requestToken(login, { grant_type: 'refresh_token', refresh_token }),
    ]
    expect(answers.map(({ body }) => body.error)).toEqual(['invalid_grant', 'invalid_grant'])
    const { page } = await browser.visit(authorizationUrl({ ...login, verifier }))
    expect(page?.html).toContain('id="password"')
  })

  it('empties connected accounts and faults', async () => {
    const emulator = await start()
    const { url } = emulator
    const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'github' })
    await fetch(`${url}/_emulator/accounts`, { method: 'POST', body })
    emulator.failNext('getConnectedAccounts', { status: 500 })
    emulator.failNext('getToken', { status: 500 })
    emulator.reset()
    const audience = `${url}/me/`
    const scope = 'read:me:connected_accounts'
    const login = { emulator, client: emulator.clients.spa, audience, scope }
    const { access_token } = await loginWithCode(login)
    const headers = { authorization: `Bearer ${access_token}` }
    const response = await fetch(`${url}/me/v1/connected-accounts/accounts`, { headers })
    expect(await response.json()).toEqual({ accounts: [] })
  })

  it('may come over HTTP', async () => {
    const emulator = await start()
    const login = { emulator, client: emulator.clients.spa }
    const { refresh_token = '' } = await loginWithCode(login)
    await fetch(`${emulator.url}/_emulator/reset`, { method: 'POST' })
    const { body } = await requestToken(login, { grant_type: 'refresh_token', refresh_token })
    expect(body.error).toBe('invalid_grant')
  })
})

describe('failNext', () => {
  it('lets an operation of the My Account API fail once', async () => {
    const emulator = await start()
    emulator.failNext('getConnectedAccounts', { status: 429 })
    const audience = `${emulator.url}/me/`
    const scope = 'read:me:connected_accounts'
    const login = { emulator, client: emulator.clients.spa, audience, scope }
    const { access_token } = await loginWithCode(login)
    const headers = { authorization: `Bearer ${access_token}` }
    const list = () => fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, { headers })
    expect((await list()).status).toBe(429)
    expect((await list()).status).toBe(200)
  })

  it('refuses what is no operation, no status and no header', async () => {
    const emulator = await start()
    const operation: string = 'getTokens'
    // The cast imitates a caller without types.
    const unknown = operation as 'getToken'
    expect(() => emulator.failNext(unknown, { status: 500 })).toThrow(
      'fault/operation must be equal to one of',
    )
    expect(() => emulator.failNext('getToken', { status: 200 })).toThrow('fault/status must be')
    const headers = { 'not a header': 'x' }
    expect(() => emulator.failNext('getToken', { status: 500, headers })).toThrow(
      'fault/headers/not a header',
    )
  })
})

describe('A request that makes no sense', () => {
  it.each([
    { path: '//' },
    { path: '/authorize?%zz' },
    { path: '/authorize?client_id=spa&client_id=web' },
    { path: '/authorize/x' },
    { path: '/u/login/%E0' },
    { path: '/v2/logout?returnTo=x&returnTo=y' },
    { path: '/oauth/token', method: 'POST', body: 'grant_type=__proto__&client_id=__proto__' },
    { path: '/oauth/token', method: 'POST', body: 'x'.repeat(100_000) },
    { path: '/oauth/revoke', method: 'POST', body: 'token=a&token=b&client_id=spa' },
    { path: '/__proto__' },
  ])('gets an answer below 500 without a stack trace: $method $path', async (odd) => {
    const { path, method = 'GET', body } = odd
    const { url } = await start()
    const headers = body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    const response = await fetch(url + path, { method, headers, ...(body && { body }) })
    expect(response.status).toBeLessThan(500)
    expect(await response.text()).not.toMatch(/\.[jt]s:\d+/)
  })
})
