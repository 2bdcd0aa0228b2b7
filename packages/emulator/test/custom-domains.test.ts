import { get } from 'node:http'
import { hostname } from 'node:os'
import { json } from 'node:stream/consumers'
import {
  authorizationUrl,
  claims,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { managementToken } from '@connected-accounts/testing/tenant/management'
import { generateKeyPair } from 'dpop'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../src/index.js'
import { createConnector } from './connector.js'
import { accounts, myAccountToken, refresh, setUpDomains } from './domains.js'

const { canonical, custom } = setUpDomains()

describe('A custom domain', () => {
  it('is an issuer of its own, with endpoints of its own', async () => {
    for (const { url } of [canonical(), custom()]) {
      const metadata = await (await fetch(`${url}/.well-known/openid-configuration`)).json()
      expect(metadata.issuer).toBe(`${url}/`)
      expect(metadata.token_endpoint).toBe(`${url}/oauth/token`)
    }
    const { port } = new URL(canonical().url)
    const names = ['localhost', 'login.localhost', 'id.acme.localhost']
    expect(canonical().domains).toEqual(names.map((name) => `http://${name}:${port}`))
  })

  it('is found by its name in any case (RFC 9110 §4.2.3)', async () => {
    const { port } = new URL(canonical().url)
    const issuerAt = (host: string) =>
      new Promise((resolve, reject) => {
        const path = '/.well-known/openid-configuration'
        get({ port, path, headers: { host } }, (answer) => json(answer).then(resolve, reject))
      })
    expect(await issuerAt(`LOGIN.localhost:${port}`)).toMatchObject({ issuer: `${custom().url}/` })
  })

  it('logs the users of the tenant in, and issues tokens of its own', async () => {
    const login = { emulator: custom(), client: custom().clients.web }
    const { id_token, access_token } = await loginWithCode({
      ...login,
      audience: `${custom().url}/me/`,
    })
    expect(claims(id_token)).toMatchObject({ iss: `${custom().url}/`, sub: 'auth0|alice' })
    expect(claims(access_token)).toMatchObject({
      iss: `${custom().url}/`,
      aud: [`${custom().url}/me/`, `${custom().url}/userinfo`],
    })
  })

  it('sets cookies that other domains do not get', async () => {
    const { client, verifier } = { client: custom().clients.spa, verifier: 'v'.repeat(43) }
    const url = authorizationUrl({ emulator: custom(), client, verifier })
    const cookies = (await fetch(url, { redirect: 'manual' })).headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) expect(cookie).not.toMatch(/domain=/i)
  })

  it('takes proofs for its own URLs (RFC 9449 §4.3)', async () => {
    const dpop = await generateKeyPair('ES256')
    const tokens = await loginWithCode({ emulator: custom(), client: custom().clients.spa, dpop })
    expect(tokens.token_type).toBe('DPoP')
  })

  it('connects accounts that are there at every domain, and in the one Token Vault', async () => {
    const connector = await createConnector(custom())
    const link = await connector.start()
    expect(link).toContain(`${custom().url}/connect?ticket=`)
    expect((await connector.complete(await connector.visit(link))).status).toBe(201)
    expect((await connector.exchange()).status).toBe(200)
    expect((await (await createConnector(canonical())).exchange()).status).toBe(200)
    const list = await accounts(canonical(), await myAccountToken(canonical()))
    expect(await list.json()).toMatchObject({ accounts: [{ connection: 'acme' }] })
  })

  it('shares switches, clock and users with the others, and is controlled from its own pages', async () => {
    const { url } = custom()
    const post = (path: string, body: object) =>
      fetch(`${url}/_emulator${path}`, {
        method: 'POST',
        headers: { origin: url },
        body: JSON.stringify(body),
      })
    expect((await post('/switches', { provider: 'down' })).status).toBe(200)
    expect(canonical().switches.get().provider).toBe('down')
    const token = await myAccountToken(canonical())
    expect((await post('/clock', { advance: 90_000 })).status).toBe(200)
    expect((await accounts(canonical(), token)).status).toBe(401)
    expect((await post('/reset', {})).status).toBe(204)
    expect(canonical().switches.get().provider).toBe('up')
  })
})

describe('The Management API of a custom domain', () => {
  it('changes the tenant of all domains, and takes a policy for its own audience', async () => {
    const { clientId, clientSecret } = custom().clients.management
    const audience = `${custom().url}/api/v2/`
    const { body } = await requestToken(
      { emulator: custom(), client: { clientId, clientSecret } },
      { grant_type: 'client_credentials', audience },
    )
    const policy = { audience: `${custom().url}/me/`, scope: ['read:me:connected_accounts'] }
    const settings = { rotation_type: 'non-rotating', expiration_type: 'non-expiring' }
    const changed = await fetch(`${audience}clients/spa`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Renamed', refresh_token: { ...settings, policies: [policy] } }),
    })
    expect(changed.status).toBe(200)
    expect((await refresh(custom(), custom())).body.scope).toContain('read:me:connected_accounts')
    expect((await refresh(canonical(), canonical())).body.error).toBe('invalid_target')
    const shown = await fetch(`${canonical().url}/api/v2/clients/spa`, {
      headers: { authorization: `Bearer ${await managementToken(canonical())}` },
    })
    expect(await shown.json()).toMatchObject({
      name: 'Renamed',
      refresh_token: { policies: [policy] },
    })
  })
})

describe('The field custom_domains', () => {
  it.each([
    'https://login.localhost',
    'login.localhost:4400',
    'Login.localhost',
    'login.localhost/',
    'localhost',
    '127.0.0.1',
    '',
  ])('does not take %j', async (name) => {
    await expect(createEmulator({ port: 0, tenant: { custom_domains: [name] } })).rejects.toThrow(
      'tenant/custom_domains/0 must be a host name other than localhost',
    )
  })

  it('does not take a name twice, nor the one by which the emulator is called anyway', async () => {
    const twice = { custom_domains: ['login.localhost', 'login.localhost'] }
    await expect(createEmulator({ port: 0, tenant: twice })).rejects.toThrow(
      'tenant/custom_domains must not have the name login.localhost twice',
    )
    const own = {
      port: 0,
      host: hostname(),
      tenant: { custom_domains: [hostname().toLowerCase()] },
    }
    await expect(createEmulator(own)).rejects.toThrow(
      `tenant/custom_domains must not have ${hostname()}, which is the host`,
    )
  })
})
