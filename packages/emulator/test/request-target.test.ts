import { loginWithCode } from '@connected-accounts/testing/person/login'
import { managementToken } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { sendRaw } from './raw-http.js'

let emulator: Emulator
const tokens: Record<string, string> = {}

beforeAll(async () => {
  emulator = await createEmulator({ port: 0, tenant: { custom_domains: ['login.localhost'] } })
  const audience = `${emulator.url}/me/`
  const scope = 'read:me:connected_accounts'
  const login = { emulator, client: emulator.clients.spa, audience, scope }
  tokens.me = (await loginWithCode(login)).access_token
  tokens.api = await managementToken(emulator)
})
afterAll(() => emulator.close())

interface Target {
  target: string
  /** Which token to send. */
  token?: string
  host?: string
}

async function get({ target, token = '', host = new URL(emulator.url).host }: Target) {
  const authorization = tokens[token] ? `authorization: Bearer ${tokens[token]}\r\n` : ''
  const head = `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${authorization}connection: close\r\n\r\n`
  const { statuses, text } = await sendRaw(emulator.url, Buffer.from(head, 'latin1'))
  return { status: statuses[0], text: text.slice(text.indexOf('\r\n\r\n') + 4) }
}

const plain = [
  { prefix: '/me/v1', rest: '/connected-accounts/accounts', token: 'me' },
  { prefix: '/api/v2', rest: '/clients/spa', token: 'api' },
  { prefix: '/_emulator', rest: '/tenant', token: '' },
  { prefix: '/upstream', rest: '/acme/jwks', token: '' },
  { prefix: '/.well-known', rest: '/jwks.json', token: '' },
]

describe.each(plain)('$prefix', ({ prefix, rest, token }) => {
  it('answers at its plain path', async () => {
    expect(await get({ target: prefix + rest, token })).toMatchObject({ status: 200 })
  })

  it.each([
    { name: 'a step back', target: `${prefix}/x/..${rest}` },
    { name: 'a step back in small letters', target: `${prefix}/x/%2e%2e${rest}` },
    { name: 'a step back in capitals', target: `${prefix}/x/%2E%2E${rest}` },
    { name: 'half a step back in each', target: `${prefix}/x/.%2e${rest}` },
    { name: 'a step back that is encoded twice', target: `${prefix}/x/%252e%252e${rest}` },
    { name: 'a step back out of the root', target: `/../..${prefix}${rest}` },
    { name: 'a step back out of another part', target: `/connect/..${prefix}${rest}` },
    { name: 'a step out of the control API', target: `/_emulator/%2e%2e${prefix}${rest}` },
    { name: 'a step on the spot', target: `${prefix}/.${rest}` },
    { name: 'a step on the spot, encoded', target: `${prefix}/%2e${rest}` },
    { name: 'a step with a parameter', target: `${prefix}/..;${rest}` },
    { name: 'an encoded slash', target: `${prefix}%2f${rest.slice(1)}` },
    { name: 'an encoded slash in capitals', target: `${prefix}%2F${rest.slice(1)}` },
    { name: 'an encoded first slash', target: `/%2f${prefix.slice(1)}${rest}` },
    { name: 'two slashes at first', target: `/${prefix}${rest}` },
    { name: 'two slashes between', target: `${prefix}/${rest}` },
    { name: 'two slashes at the end', target: `${prefix}${rest}//` },
    { name: 'a host without a scheme', target: `//localhost${prefix}${rest}` },
    { name: 'backslashes', target: `${prefix}${rest}`.replaceAll('/', '\\') },
    { name: 'a backslash', target: `${prefix}\\${rest.slice(1)}` },
    { name: 'an encoded backslash', target: `${prefix}%5c${rest.slice(1)}` },
    { name: 'a step back with a backslash', target: `${prefix}/x\\..${rest}` },
    { name: 'an encoded NUL', target: `${prefix}${rest}%00` },
    { name: 'a NUL', target: `${prefix}${rest}\0` },
    { name: 'an encoded line break', target: `${prefix}${rest}%0d%0a` },
    { name: 'a tab', target: `${prefix}\t${rest}` },
    { name: 'a byte that is no UTF-8', target: `${prefix}${rest}\xff` },
    { name: 'the same, encoded', target: `${prefix}${rest}%ff` },
    { name: 'half an escape', target: `${prefix}${rest}%` },
    { name: 'a dot at the end', target: `${prefix}${rest}.` },
    { name: 'a space at the end', target: `${prefix}${rest}%20` },
    { name: 'a parameter of the path', target: `${prefix}${rest};x=y` },
    { name: 'an encoded question mark', target: `${prefix}${rest}%3fx=y` },
    { name: 'a fragment', target: `${prefix}${rest}#x` },
    { name: 'capitals', target: `${prefix}${rest}`.toUpperCase() },
    { name: 'a slash too few', target: `${prefix}${rest}`.slice(1) },
    { name: 'another scheme', target: `ftp://localhost${prefix}${rest}` },
    { name: 'no path', target: '*' },
  ])('answers 400 or 404 to $name', async ({ target }) => {
    expect([400, 404]).toContain((await get({ target, token })).status)
  })

  it('takes the absolute form of its URL (RFC 9112 §3.2.2)', async () => {
    const target = emulator.url + prefix + rest
    expect(await get({ target, token, host: 'evil.example' })).toMatchObject({ status: 200 })
  })
})

describe('A target in absolute form', () => {
  it('has its host believed, not the header (RFC 9112 §3.2.2)', async () => {
    const target = 'http://evil.example/_emulator/tenant'
    expect(await get({ target })).toMatchObject({ status: 403 })
  })

  it('is answered by the domain that it names', async () => {
    const { host, port } = new URL(emulator.url)
    const path = '/.well-known/openid-configuration'
    const { text } = await get({ target: `http://login.localhost:${port}${path}`, host })
    expect(JSON.parse(text)).toMatchObject({ issuer: `http://login.localhost:${port}/` })
  })

  it.each(['http://', 'http://?x', 'http://localhost:99999/', 'http://a@b/', 'http://[/'])(
    'that is none is no failure: %s',
    async (target) => {
      expect((await get({ target })).status).toBeLessThan(500)
    },
  )
})

it('A slash at the end changes nothing at the authorization server', async () => {
  emulator.failNext('getToken', { status: 503 })
  const ask = async (end: string) =>
    (await fetch(`${emulator.url}/oauth/token${end}`, { method: 'POST' })).status
  expect(await ask('?x=/')).toBe(503)
  expect(await ask('/?x=/')).toBe(400)
  emulator.failNext('getToken', { status: 503 })
  expect(await ask('/')).toBe(503)
})

it('An escape that needs none stands for itself, as in any URL (RFC 3986 §6.2.2.2)', async () => {
  const target = '/me/v1/connected-accounts/account%73'
  expect(await get({ target })).toMatchObject({ status: 401 })
})
