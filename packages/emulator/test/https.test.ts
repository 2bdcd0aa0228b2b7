import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'
import { trust } from '@connected-accounts/testing/machine/network'
import { claims, loginWithCode, redirectUri } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { generateKeyPair } from 'dpop'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  randomPKCECodeVerifier,
  refreshTokenGrant,
} from 'openid-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createConnector } from './connector.js'

let emulator: Emulator

beforeAll(async () => {
  const tenant = { custom_domains: ['login.example.test'] }
  emulator = await createEmulator({ port: 0, https: true, tenant })
})
afterAll(() => emulator.close())

/** What the server shows. */
async function shownCertificate(): Promise<X509Certificate> {
  const ca = emulator.certificate ?? ''
  const socket = connect({ port: Number(new URL(emulator.url).port), host: '127.0.0.1', ca })
  const shown = await new Promise<X509Certificate | undefined>((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket.getPeerX509Certificate()))
    socket.once('error', reject)
  })
  socket.destroy()
  if (!shown) throw new Error('The server has shown no certificate')
  return shown
}

it('Without trust in its certificate, nobody speaks to an emulator with https', async () => {
  const failure = await fetch(emulator.url).catch(({ cause }) => cause)
  expect(failure).toMatchObject({ code: expect.stringMatching(/VERIFY|SELF_SIGNED|ISSUER/) })
})

describe('The certificate', () => {
  it('is of the curve P-256, for the names of this machine and the custom domains', async () => {
    const { publicKey, subjectAltName } = await shownCertificate()
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
    expect(subjectAltName?.split(', ')).toEqual([
      'DNS:localhost',
      'DNS:*.localhost',
      'IP Address:127.0.0.1',
      'IP Address:0:0:0:0:0:0:0:1',
      'DNS:login.example.test',
    ])
  })

  it('is good now and for 30 days', async () => {
    const { validFrom, validTo } = await shownCertificate()
    const days = (date: string) => (new Date(date).getTime() - Date.now()) / 86_400_000
    expect(days(validFrom)).toBeLessThan(0)
    expect(days(validTo)).toBeCloseTo(30, 1)
  })

  it('is signed by the authority that `certificate` is, whose own private key nobody gets', async () => {
    const authority = new X509Certificate(emulator.certificate ?? '')
    const shown = await shownCertificate()
    expect(shown.ca).toBe(false)
    expect(authority.ca).toBe(true)
    expect(shown.checkIssued(authority) && shown.verify(authority.publicKey)).toBe(true)
    expect(JSON.stringify(emulator)).not.toContain('PRIVATE')
  })

  it('is another one for each emulator', async () => {
    const other = await createEmulator({ port: 0, https: true })
    await other.close()
    expect(other.certificate).not.toBe(emulator.certificate)
  })

  it('is not there with plain http', async () => {
    const plain = await createEmulator({ port: 0 })
    await plain.close()
    expect(plain.url).toMatch(/^http:/)
    expect(plain.certificate).toBeUndefined()
  })
})

describe('An emulator with https', () => {
  beforeAll(() => trust(emulator))

  it('is https in its issuer, its endpoints and its audiences', async () => {
    const { url } = emulator
    expect(url).toMatch(/^https:\/\/localhost:\d+$/)
    const metadata = await (await fetch(`${url}/.well-known/openid-configuration`)).json()
    expect(metadata.issuer).toBe(`${url}/`)
    const urls = Object.values(metadata).filter((value) => String(value).startsWith('http'))
    expect(urls.filter((value) => !String(value).startsWith(`${url}/`))).toEqual([])
    expect(emulator.clients.management.audience).toBe(`${url}/api/v2/`)
  })

  it('sets its cookies for https alone', async () => {
    const authorize = new URL('/authorize', emulator.url)
    authorize.search = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
    }).toString()
    const cookies = (await fetch(authorize, { redirect: 'manual' })).headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) expect(cookie).toMatch(/; secure(;|$)/i)
  })

  it('logs in an application that uses openid-client, and refreshes for the My Account API', async () => {
    const { clientId, clientSecret } = emulator.clients.web
    const configuration = await discovery(new URL(emulator.url), clientId, clientSecret)
    const pkceCodeVerifier = randomPKCECodeVerifier()
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid offline_access',
      code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const browser = createBrowser(emulator.url)
    const page = await browser.visit(url)
    const { url: callback } = await browser.submit(page, {
      username: 'alice@example.test',
      password: 'password',
    })
    const tokens = await authorizationCodeGrant(configuration, callback, { pkceCodeVerifier })
    expect(tokens.claims()).toMatchObject({ iss: `${emulator.url}/`, sub: 'auth0|alice' })
    const audience = `${emulator.url}/me/`
    const scope = 'read:me:connected_accounts'
    const parameters = { audience, scope }
    const refreshed = await refreshTokenGrant(configuration, tokens.refresh_token ?? '', parameters)
    expect(claims(refreshed.access_token)).toMatchObject({ aud: audience, scope })
  })

  it('takes proofs made for its https URLs (RFC 9449 §4.3)', async () => {
    const dpop = await generateKeyPair('ES256')
    const tokens = await loginWithCode({ emulator, client: emulator.clients.spa, dpop })
    expect(tokens.token_type).toBe('DPoP')
  })

  it('connects an account, and gives its token', async () => {
    const connector = await createConnector(emulator)
    const link = await connector.start()
    expect(link).toContain(`${emulator.url}/connect?ticket=`)
    expect((await connector.complete(await connector.visit(link))).status).toBe(201)
    expect((await connector.exchange()).status).toBe(200)
  })

  it('ends a connection on which plain http is spoken, and goes on', async () => {
    const logged = vi.spyOn(console, 'error')
    const plain = emulator.url.replace('https:', 'http:')
    await expect(fetch(plain)).rejects.toThrow('fetch failed')
    expect(logged).not.toHaveBeenCalled()
    const { status } = await fetch(`${emulator.url}/.well-known/openid-configuration`)
    expect(status).toBe(200)
  })
})

it('closes although somebody has connected and never finished the TLS handshake', async () => {
  const secure = await createEmulator({ port: 0, https: true })
  const socket = connectPlain(Number(new URL(secure.url).port), 'localhost')
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  await secure.close()
  await closed
})
