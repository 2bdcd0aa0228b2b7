import { request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import { claims, loginWithCode, redirectUri } from '@connected-accounts/testing/person/login'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEmulator, type EmulatorOptions } from '../src/index.js'

async function freePort(): Promise<number> {
  const emulator = await createEmulator({ port: 0 })
  await emulator.close()
  return Number(new URL(emulator.url).port)
}

/** An emulator with a public URL, and a function that sends it requests as a proxy would. */
async function start(options: EmulatorOptions) {
  const port = await freePort()
  const emulator = await createEmulator({ port, ...options })
  onTestFinished(() => emulator.close())
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; location: string; body: string }>((resolve, reject) => {
      const sent = send({ host: '127.0.0.1', port, path, headers })
      sent.once('error', reject)
      sent.once('response', async (response) => {
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, location: received.location ?? '', body: await text(response) })
      })
      sent.end()
    })
  return { emulator, get }
}

const authorizePath = `/authorize?${new URLSearchParams({
  client_id: 'spa',
  response_type: 'code',
  scope: 'openid',
  redirect_uri: redirectUri,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})}`

describe('An emulator with a public URL', () => {
  it('has it in its issuer, its endpoints and its audiences', async () => {
    const { emulator, get } = await start({ publicUrl: 'https://auth.example.test/' })
    expect(emulator.url).toBe('https://auth.example.test')
    expect(emulator.clients.management.audience).toBe('https://auth.example.test/api/v2/')
    const { body } = await get('/.well-known/openid-configuration', { host: 'emulator:4400' })
    const { issuer, token_endpoint, jwks_uri } = JSON.parse(body)
    expect([issuer, token_endpoint, jwks_uri]).toEqual([
      'https://auth.example.test/',
      'https://auth.example.test/oauth/token',
      'https://auth.example.test/.well-known/jwks.json',
    ])
  })

  it('starts a login behind a proxy that sends another Host', async () => {
    const { get } = await start({ publicUrl: 'https://auth.example.test' })
    const { status, location } = await get(authorizePath, { host: 'emulator:4400' })
    expect(status).toBe(303)
    expect(new URL(location, 'https://auth.example.test').origin).toBe('https://auth.example.test')
  })

  it('logs in at that address, as at the name of a container', async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    const emulator = await createEmulator({ port, publicUrl })
    onTestFinished(() => emulator.close())
    const { id_token = '' } = await loginWithCode({ emulator, client: emulator.clients.spa })
    expect(claims(id_token).iss).toBe(`${publicUrl}/`)
  })

  it('gives its custom domains the same scheme and port', async () => {
    const tenant = { custom_domains: ['login.example.test'] }
    const { emulator } = await start({ publicUrl: 'https://auth.example.test:8443', tenant })
    expect(emulator.domains[1]).toBe('https://login.example.test:8443')
  })

  it('is refused with a path, without a scheme, or if only the proxy is to be trusted', async () => {
    const refused = (options: object) => expect(createEmulator({ port: 0, ...options })).rejects
    await refused({ publicUrl: 'https://auth.example.test/tenant' }).toThrow('publicUrl')
    await refused({ publicUrl: 'auth.example.test' }).toThrow('publicUrl')
    await refused({ publicUrl: 'ftp://auth.example.test' }).toThrow('publicUrl')
    await refused({ trustProxy: true }).toThrow('trustProxy needs publicUrl')
  })
})

describe('X-Forwarded-*', () => {
  const publicUrl = 'https://auth.example.test'
  const tenant = { custom_domains: ['login.example.test'] }
  const forwarded = {
    host: 'emulator:4400',
    'x-forwarded-host': 'forged.test, login.example.test',
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '198.51.100.1, 203.0.113.7',
  }
  const issuerOf = ({ body }: { body: string }) => JSON.parse(body).issuer
  const discovery = '/.well-known/openid-configuration'

  it('are ignored by default', async () => {
    const { emulator, get } = await start({ publicUrl, tenant })
    expect(issuerOf(await get(discovery, forwarded))).toBe('https://auth.example.test/')
    await get('/connect?ticket=none', forwarded)
    expect(emulator.logs.at(-1)?.ip).toBe('127.0.0.1')
  })

  it('choose the domain and the address of the caller if the proxy is trusted', async () => {
    const { emulator, get } = await start({ publicUrl, tenant, trustProxy: true })
    expect(issuerOf(await get(discovery, forwarded))).toBe('https://login.example.test/')
    await get('/connect?ticket=none', forwarded)
    expect(emulator.logs.at(-1)).toMatchObject({
      ip: '203.0.113.7',
      hostname: 'login.example.test',
    })
  })

  it('do not let a foreign page into the control API', async () => {
    const { get } = await start({ publicUrl, tenant })
    const headers = { host: 'foreign.test', 'x-forwarded-host': 'localhost' }
    expect((await get('/_emulator/switches', headers)).status).toBe(403)
  })
})

it('/healthz answers at once, whatever the Host, and is not recorded', async () => {
  const { get } = await start({ publicUrl: 'http://emulator:4400' })
  const { status, body } = await get('/healthz', { host: 'anything' })
  expect([status, JSON.parse(body)]).toEqual([200, { status: 'ok' }])
  const { body: record } = await get('/_emulator/requests', { host: 'localhost' })
  expect(JSON.parse(record)).toEqual({ requests: [] })
})
