import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { claims, exchangeCode, logIn, type Tokens } from '@connected-accounts/testing/person/login'
import { type Browser, createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

let emulator: Emulator
let browser: Browser
const home = 'http://localhost:3000/'

beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
  browser = createBrowser(emulator.url)
})
afterEach(() => emulator.close())

/** A receiver of logout tokens that answers with this status, or never. */
async function createReceiver(status: number | 'nothing' = 200) {
  const received: string[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const form = new URLSearchParams(Buffer.concat(parts).toString())
    received.push(form.get('logout_token') ?? '')
    if (status !== 'nothing') response.writeHead(status, { location: '/elsewhere' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo // of a server that listens on TCP
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  return { url: `http://localhost:${port}/logout`, received, close }
}

async function register(client: string, ...backchannel_logout_urls: string[]): Promise<void> {
  const body = { oidc_logout: { backchannel_logout_urls } }
  const answer = await manage(emulator, { path: `/clients/${client}`, body })
  expect(answer.status).toBe(200)
}

async function enter(client: 'spa' | 'web'): Promise<Tokens> {
  const login = { emulator, client: emulator.clients[client] }
  return (await exchangeCode({ ...login, ...(await logIn(login, browser)) })).body
}

const logOut = (path = '/v2/logout') => {
  const params = { client_id: 'spa', returnTo: home, post_logout_redirect_uri: home }
  return browser.visit(`${emulator.url}${path}?${new URLSearchParams(params)}`)
}

describe('A back-channel logout', () => {
  it.each(['/v2/logout', '/oidc/logout'])(
    'tells a client by %s, with a token that it can verify (Back-Channel Logout §2.4)',
    async (path) => {
      const { url, received } = await createReceiver()
      await register('spa', url)
      const { id_token } = await enter('spa')
      expect((await logOut(path)).url.href).toBe(home)
      expect(received).toHaveLength(1)
      const keys = createRemoteJWKSet(new URL(`${emulator.url}/.well-known/jwks.json`))
      const options = { issuer: `${emulator.url}/`, audience: 'spa', typ: 'logout+jwt' }
      const { payload, protectedHeader } = await jwtVerify(received[0] ?? '', keys, options)
      expect(protectedHeader.alg).toBe('RS256')
      expect(payload).toEqual({
        iss: `${emulator.url}/`,
        aud: 'spa',
        sub: 'auth0|alice',
        sid: claims(id_token).sid,
        iat: expect.any(Number),
        exp: expect.any(Number),
        jti: expect.any(String),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
    },
  )

  it('tells each client of the session at each of its URLs, and nobody else', async () => {
    const [spa, web] = [await createReceiver(), await createReceiver()]
    const [other, api] = [await createReceiver(), await createReceiver()]
    await register('spa', spa.url)
    await register('web', web.url, other.url)
    await register('api', api.url)
    await enter('spa')
    await enter('web')
    await logOut()
    const audiences = [spa, web, other, api].map(({ received }) =>
      received.map((token) => claims(token).aud),
    )
    expect(audiences).toEqual([['spa'], ['web'], ['web'], []])
    await logOut()
    expect(spa.received).toHaveLength(1)
  })

  it('tells nobody of a logout that is refused', async () => {
    const { url, received } = await createReceiver()
    await register('spa', url)
    await enter('spa')
    const elsewhere = new URLSearchParams({ returnTo: 'https://evil.example.test/' })
    await browser.visit(`${emulator.url}/v2/logout?${elsewhere}`)
    expect(received).toEqual([])
  })

  it.each([500, 302, 'nothing', 'down'] as const)(
    'does not keep the person from logging out where a receiver answers %s',
    async (status) => {
      const warned = vi.spyOn(console, 'warn').mockReturnValue()
      onTestFinished(() => warned.mockRestore())
      const broken = await createReceiver(status === 'down' ? 200 : status)
      if (status === 'down') broken.close()
      const good = await createReceiver()
      await register('spa', broken.url, good.url)
      await enter('spa')
      expect((await logOut()).url.href).toBe(home)
      expect(good.received).toHaveLength(1)
      expect(warned.mock.calls.flat().join()).toContain(broken.url)
      // A redirect would take the token elsewhere.
      expect(broken.received.length).toBeLessThan(2)
    },
  )

  it('is offered by discovery', async () => {
    const answer = await fetch(`${emulator.url}/.well-known/openid-configuration`)
    const supported = { backchannel_logout_supported: true }
    expect(await answer.json()).toMatchObject({
      ...supported,
      backchannel_logout_session_supported: true,
    })
  })
})

it('A tenant whose oidc_logout has no URLs is refused', async () => {
  const { clients } = defaultTenant()
  for (const client of clients) client.oidc_logout = { backchannel_logout_urls: ['nowhere'] }
  await expect(createEmulator({ port: 0, tenant: { clients } })).rejects.toThrow('oidc_logout')
})
