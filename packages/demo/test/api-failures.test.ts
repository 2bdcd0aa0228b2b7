import { generateProof } from 'dpop'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { listen } from '../src/server/listen.js'
import type { Settings } from '../src/server/settings.js'
import { serveDemo, setUpApi } from './api-server.js'

const api = setUpApi()

/** Returns the answer of an API with other settings. */
async function eventsWith(changed: Partial<Settings>, token = api().token) {
  const { settings, keyPair } = api()
  const demo = await serveDemo({ ...settings, ...changed })
  const url = `${demo.origin}/api/events`
  const proof = await generateProof(keyPair, url, 'GET', undefined, token)
  const response = await fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: proof } })
  demo.close()
  const text = await response.text()
  expect(text).not.toContain(token)
  expect(text).not.toMatch(/\bat \S+:\d+/) // a line of a stack trace
  return { status: response.status, problem: JSON.parse(text) }
}

async function connectGoogle(): Promise<void> {
  const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${api().emulator.url}/_emulator/accounts`, { method: 'POST', headers, body })
}

test.for([
  [403, 'provider_refused'],
  [401, 'provider_refused'],
  [429, 'provider_unavailable'],
  [500, 'provider_unavailable'],
  [302, 'provider_unavailable'],
  [200, 'provider_unavailable'], // without any events in it
] as const)('a calendar that answers %i is a problem of the provider', async ([status, code]) => {
  await connectGoogle()
  const calendar = await listen(0, () => () => new Response('{}', { status }))
  const answer = await eventsWith({ calendarUrl: calendar.origin })
  calendar.close()
  expect(answer).toMatchObject({ status: 502, problem: { status: 502, code } })
})

test('a calendar that cannot be reached is a problem of the provider', async () => {
  await connectGoogle()
  const calendar = await listen(0, () => () => new Response())
  calendar.close()
  const answer = await eventsWith({ calendarUrl: calendar.origin })
  expect(answer).toMatchObject({ status: 502, problem: { code: 'provider_unavailable' } })
})

test('an exchange that fails is a problem of the provider', async () => {
  api().emulator.failNext('getToken', { status: 500 })
  const answer = await eventsWith({})
  expect(answer).toMatchObject({ status: 502, problem: { code: 'provider_unavailable' } })
})

test('a wrong client secret is a problem, and no reason to log in again', async () => {
  const answer = await eventsWith({ apiClientSecret: 'wrong' })
  expect(answer).toMatchObject({ status: 502, problem: { code: 'provider_unavailable' } })
})

test('a tenant whose keys cannot be read is said to be out of reach', async () => {
  const tenant = await listen(0, () => () => new Response('no keys', { status: 500 }))
  const claims = { ...decodeJwt(api().token), iss: `${tenant.origin}/` }
  const { privateKey } = await generateKeyPair('RS256')
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
  const answer = await eventsWith({ tenant: tenant.origin }, token)
  tenant.close()
  expect(answer).toMatchObject({ status: 503, problem: { code: 'tenant_unavailable' } })
})
