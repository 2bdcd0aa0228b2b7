import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type FaultRule } from '../src/index.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const origin = 'http://localhost:3000'
const accounts = '/me/v1/connected-accounts/accounts'

/** What an answer lets a page of another origin do, by the names of the headers after `access-control-`. */
async function corsOf(method: string, path: string, headers: Record<string, string> = {}) {
  const body = method === 'POST' ? { body: new URLSearchParams({ client_id: 'spa' }) } : {}
  const init = { method, headers: { origin, ...headers }, ...body }
  const response = await fetch(emulator.url + path, { ...init, redirect: 'manual' })
  const prefix = 'access-control-'
  const found = [...response.headers].filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

const exposed = (found: Record<string, string>) =>
  (found['expose-headers'] ?? '').toLowerCase().split(/, */).filter(Boolean).sort()

describe('A page of an allowed origin', () => {
  it.each([
    ['POST', '/oauth/token', ['dpop-nonce', 'www-authenticate']],
    ['POST', '/oauth/revoke', ['www-authenticate']],
    ['GET', '/userinfo', ['dpop-nonce', 'www-authenticate']],
    ['GET', '/.well-known/openid-configuration', []],
    ['GET', '/.well-known/jwks.json', []],
    ['GET', accounts, ['dpop-nonce', 'www-authenticate']],
    ['GET', '/me/v1/nothing', ['dpop-nonce', 'www-authenticate']],
  ])('reads %s %s, and of its headers %j', async (method, path, headers) => {
    const found = await corsOf(method, path)
    expect(found['allow-origin']).toBe(origin)
    expect(exposed(found)).toEqual(headers)
  })

  it.each<FaultRule>([
    { operation: 'getToken', status: 429 },
    { operation: 'getToken', challenge: 'use_dpop_nonce' },
    { operation: 'getToken', damage: 'wrong_content_type' },
    { operation: 'getConnectedAccounts', status: 429 },
    { operation: 'getConnectedAccounts', challenge: 'invalid_dpop_nonce' },
    { operation: 'getConnectedAccounts', damage: 'wrong_content_type' },
  ])('reads the same of the answer to the fault %o', async (rule) => {
    emulator.faults.add(rule)
    const isToken = rule.operation === 'getToken'
    const found = await corsOf(isToken ? 'POST' : 'GET', isToken ? '/oauth/token' : accounts)
    expect(found['allow-origin']).toBe(origin)
    expect(exposed(found)).toEqual(['dpop-nonce', 'www-authenticate'])
  })

  it.each(['/oauth/token', '/oauth/revoke', '/userinfo', accounts])(
    'may send %s the headers that SDKs send, and no other',
    async (path) => {
      const found = await corsOf('OPTIONS', path, {
        'access-control-request-method': path.startsWith('/oauth') ? 'POST' : 'GET',
        'access-control-request-headers': 'authorization,x-other',
      })
      expect(found['allow-origin']).toBe(origin)
      expect(found['allow-headers']).toBe('authorization,content-type,dpop,auth0-client')
    },
  )

  it.each([
    '/authorize',
    '/u/login/x',
    '/u/consent/x',
    '/v2/logout',
    '/oidc/logout',
    '/connect',
    '/connected-accounts/connect',
    '/login/callback',
    '/upstream/acme/authorize',
    '/upstream/google-oauth2/calendar/v3/calendars/primary/events',
    '/api/v2/users/auth0%7Calice',
    '/',
    '/nothing',
  ])('reads nothing of %s, which is not for scripts', async (path) => {
    expect(await corsOf('GET', path)).toEqual({})
  })
})
