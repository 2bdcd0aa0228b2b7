import { once } from 'node:events'
import { createServer } from 'node:http'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readJson } from '../src/http/body.js'
import { defaultTenant } from '../src/index.js'
import {
  createEmulator,
  type MswEmulator,
  type MswEmulatorOptions,
} from '../src/shells/msw/emulator.js'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'bypass' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

async function start(options?: MswEmulatorOptions): Promise<MswEmulator> {
  const emulator = await createEmulator(options)
  server.use(...emulator.handlers)
  return emulator
}

async function list({ url, issueAccessToken }: MswEmulator): Promise<Response> {
  const token = await issueAccessToken({ user_id: 'auth0|alice' })
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${url}/me/v1/connected-accounts/accounts`, { headers })
}

describe('The emulator behind msw', () => {
  it.each([
    [undefined, 'http://localhost:4400'],
    ['tenant.eu.auth0.com', 'https://tenant.eu.auth0.com'],
    ['https://login.example.test:8443/', 'https://login.example.test:8443'],
  ])('stands in for the domain %s', async (domain, url) => {
    const emulator = await start(domain === undefined ? {} : { domain })
    expect(emulator).toMatchObject({ url, domain: url, domains: [url] })
    await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
    const response = await list(emulator)
    expect(await response.json()).toMatchObject({ accounts: [{ connection: 'acme' }] })
    emulator.reset()
    expect(await (await list(emulator)).json()).toEqual({ accounts: [] })
  })

  it('stands in for custom domains', async () => {
    const emulator = await start({
      domain: 'tenant.eu.auth0.com',
      tenant: { custom_domains: ['login.example.test'] },
    })
    expect(emulator.domains).toEqual(['https://tenant.eu.auth0.com', 'https://login.example.test'])
    const answers = emulator.domains.map((domain) =>
      fetch(`${domain}/.well-known/openid-configuration`).then((response) => response.json()),
    )
    expect(await Promise.all(answers)).toMatchObject([
      { issuer: 'https://tenant.eu.auth0.com/' },
      { issuer: 'https://login.example.test/' },
    ])
  })

  it('leaves requests to others alone', async () => {
    await start()
    const other = createServer((_request, response) => response.end('another'))
    await once(other.listen(0, 'localhost'), 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await (await fetch(`http://localhost:${port}/me/v1/anything`)).text()).toBe('another')
    other.close()
  })

  it('has all faults: statuses, challenges, switches for one call, and damage on the way', async () => {
    const emulator = await start()
    emulator.failNext('getConnectedAccounts', { status: 503 })
    expect((await list(emulator)).status).toBe(503)
    const problemType = 'application/problem+json'
    emulator.failNext('getConnectedAccounts', { challenge: 'use_dpop_nonce' })
    expect((await list(emulator)).headers.get('www-authenticate')).toContain('use_dpop_nonce')
    emulator.failNext('getConnectedAccounts', { damage: 'connection_reset' })
    await expect(list(emulator)).rejects.toThrow(TypeError)
    emulator.failNext('getConnectedAccounts', { damage: 'truncated_body' })
    await expect((await list(emulator)).text()).rejects.toThrow()
    await emulator.seed({ user_id: 'auth0|alice', connection: 'acme', org_id: 'org_example' })
    emulator.failNext('getConnectedAccounts', { switches: { accountList: 'organization' } })
    expect(await (await list(emulator)).json()).toEqual({ accounts: [] })
    expect((await (await list(emulator)).json()).accounts).toHaveLength(1)
    expect(emulator.switches.get()).toMatchObject({ accountList: 'all' })
    emulator.switches.set({ problemType })
    emulator.failNext('getConnectedAccounts', { status: 500 })
    expect((await list(emulator)).headers.get('content-type')).toBe(problemType)
  })

  it('says that nobody logs in at it, and the way out', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/authorize?client_id=spa`)
    expect(response.status).toBe(501)
    expect(await response.json()).toMatchObject({
      error: 'not_implemented',
      error_description: expect.stringContaining('emulator.issueAccessToken'),
    })
  })

  it('reads bodies where a request has no stream, as in Firefox', async () => {
    const request = new Request('http://localhost/', { method: 'POST', body: '{"a":1}' })
    Object.defineProperty(request, 'body', { value: undefined })
    expect(await readJson(request)).toEqual({ value: { a: 1 } })
  })

  it('publishes the key of its access tokens, and no private one', async () => {
    const { url } = await start()
    const { keys } = await (await fetch(`${url}/.well-known/jwks.json`)).json()
    const fields = { kid: 'emulator', use: 'sig', alg: 'RS256', kty: 'RSA', e: 'AQAB' }
    expect(keys).toEqual([{ ...fields, n: expect.any(String) }])
  })

  it('tells the tenant log of what it was asked', async () => {
    const emulator = await start()
    await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
    const { accounts } = await (await list(emulator)).json()
    const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
    const headers = { authorization: `Bearer ${token}` }
    const url = `${emulator.url}/me/v1/connected-accounts/accounts/${accounts[0].id}`
    await fetch(url, { method: 'DELETE', headers })
    expect(emulator.logs.map(({ type }) => type)).toEqual(['connected_accounts_delete_succeeded'])
  })

  it.each(['tenant.eu.auth0.com/path', 'localhost:4400:1', 'data://x'])(
    'refuses the domain %s',
    async (domain) => {
      await expect(start({ domain })).rejects.toThrow(`must be a host name or an origin: ${domain}`)
    },
  )

  it('refuses keys of clients, for which it has no token endpoint', async () => {
    const { clients } = defaultTenant()
    const [first, ...rest] = clients
    if (!first) throw new Error('The default tenant has no client')
    const credentials = [{ id: 'cred_1', pem: 'any' }]
    const tenant = { clients: [{ ...first, credentials }, ...rest] }
    await expect(start({ tenant })).rejects.toThrow('tenant/clients/0/credentials: Keys of clients')
  })
})
