import { loginWithCode } from '@connected-accounts/testing/person/login'
import { change } from '@connected-accounts/testing/tenant/proof'
import { expect, test } from 'vitest'
import { serveDemo, setUpApi } from './api-server.js'

const api = setUpApi()

const dpop = async ({ token, prove } = api()) => ({
  authorization: `DPoP ${token}`,
  dpop: await prove(),
})

async function connectGoogle(): Promise<void> {
  const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${api().emulator.url}/_emulator/accounts`, { method: 'POST', headers, body })
}

test('the events come with a bound token and its proof', async () => {
  const { get } = api()
  const before = await get(await dpop())
  expect(before.status).toBe(404)
  expect(before.headers.get('content-type')).toBe('application/problem+json')
  expect(await before.json()).toMatchObject({ status: 404, code: 'not_connected' })

  await connectGoogle()
  const response = await get(await dpop())
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const { events } = await response.json()
  expect(events).toHaveLength(5)
  expect(events[0]).toMatchObject({ id: expect.any(String), title: expect.any(String) })
  expect(Date.parse(events[0].end)).toBeGreaterThan(Date.now())
})

test('a token that is not bound is accepted as Bearer, and not as DPoP', async () => {
  const { emulator, settings, get, prove } = api()
  const { audience } = settings
  const tokens = await loginWithCode({ emulator, client: emulator.clients.spa, audience })
  const token = tokens.access_token
  expect((await get({ authorization: `Bearer ${token}` })).status).not.toBe(401)
  const asDpop = await get({ authorization: `DPoP ${token}`, dpop: await prove(token) })
  expect(asDpop.status).toBe(401)
})

test('without a token both schemes are offered, and no error is named (RFC 6750 §3.1)', async () => {
  const response = await api().get()
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('DPoP algs="ES256", Bearer')
  expect(await response.json()).toMatchObject({ code: 'invalid_token' })
})

test('a bound token sent as Bearer is refused (RFC 9449 §7.2)', async () => {
  const { get, token, prove } = api()
  const response = await get({ authorization: `Bearer ${token}`, dpop: await prove() })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_token"/)
})

test('a token for another API is refused', async () => {
  const { emulator, get, prove, keyPair } = api()
  const audience = `${emulator.url}/me/`
  const client = emulator.clients.spa
  const { access_token } = await loginWithCode({ emulator, client, audience, dpop: keyPair })
  const response = await get({
    authorization: `DPoP ${access_token}`,
    dpop: await prove(access_token),
  })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
})

test('a token with another signature is refused', async () => {
  const { get, token, prove } = api()
  const [header, payload, signature = ''] = token.split('.')
  const other = signature.startsWith('A') ? 'B' : 'A'
  const forged = `${header}.${payload}.${other}${signature.slice(1)}`
  const response = await get({ authorization: `DPoP ${forged}`, dpop: await prove(forged) })
  expect(response.status).toBe(401)
})

test('a token of another tenant is refused', async () => {
  const { settings, token, keyPair, prove } = api()
  // The same keys, and another issuer.
  const tenant = settings.tenant.replace('localhost', '127.0.0.1')
  const demo = await serveDemo({ ...settings, tenant })
  const url = `${demo.origin}/api/events`
  const proof = await change(await prove(), keyPair, { claims: { htu: url } })
  const response = await fetch(url, {
    headers: { authorization: `DPoP ${token}`, dpop: proof },
  })
  demo.close()
  expect(response.status).toBe(401)
})

test('a path that the API does not have is a problem, too', async () => {
  const response = await fetch(new URL('/api/nothing', api().url))
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ code: 'not_found' })
})
