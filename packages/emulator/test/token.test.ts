import {
  claims,
  type Login,
  logIn,
  loginWithCode,
  redirectUri,
  requestToken,
  type TokenAnswer,
} from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login

const example = 'https://api.example.test/'
const origin = 'http://localhost:3000'

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa }
})

/** A request that would succeed, with this change of its body or its headers. */
async function post(
  change: (fields: Record<string, string>) => string | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const { code, verifier } = await logIn(login)
  const fields = {
    grant_type: 'authorization_code',
    client_id: 'spa',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  }
  const init = { method: 'POST', headers: { origin, ...headers }, body: change(fields) }
  const response = await fetch(`${emulator.url}/oauth/token`, init)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields)
const json = { 'content-type': 'application/json' }

describe('The token endpoint', () => {
  it('takes forms, and answers what no cache may keep (RFC 6749 §5.1)', async () => {
    const { status, headers } = await post(form)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('takes JSON', async () => {
    const { status, body } = await post(JSON.stringify, json)
    expect(status).toBe(200)
    expect(body.token_type).toBe('Bearer')
  })

  it.each([
    { name: 'no JSON', body: () => '{"grant_type":' },
    { name: 'no object', body: () => '[]' },
    { name: 'null', body: () => 'null' },
    {
      name: 'a field that is no string',
      body: (fields: object) => JSON.stringify({ ...fields, code: ['a'] }),
    },
  ])('answers JSON that cannot be with invalid_request: $name', async ({ body }) => {
    const answer = await post(body, json)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toBe('invalid_request')
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    const { requests } = await (await fetch(`${emulator.url}/_emulator/requests`)).json()
    const problem = { title: 'invalid_request', detail: answer.body.error_description }
    expect(requests.at(-1)).toMatchObject({ path: '/oauth/token', status: 400, problem })
  })

  it('lets a fault befall a request whose JSON cannot be', async () => {
    emulator.failNext('getToken', { status: 503 })
    expect((await post(() => '{', json)).status).toBe(503)
    expect((await post(() => '{', json)).status).toBe(400)
  })

  it.each([
    { name: 'no grant_type', change: { grant_type: '' }, error: 'invalid_request' },
    { name: 'unknown grant_type', change: { grant_type: 'x' }, error: 'unsupported_grant_type' },
    { name: 'no code', change: { code: '' }, error: 'invalid_request' },
    { name: 'no redirect_uri', change: { redirect_uri: '' }, error: 'invalid_request' },
    { name: 'no client', change: { client_id: '' }, error: 'invalid_request' },
    { name: 'unknown client', change: { client_id: 'x' }, error: 'invalid_client', status: 401 },
    {
      name: 'secret of none',
      change: { client_secret: 'x' },
      error: 'invalid_client',
      status: 401,
    },
    { name: 'unknown code', change: { code: 'x' }, error: 'invalid_grant', status: 403 },
    {
      name: 'grant of other clients',
      change: { grant_type: 'client_credentials' },
      error: 'unauthorized_client',
      status: 403,
    },
  ])('answers what is wrong with OAuth errors: $name (RFC 6749 §5.2)', async (wrong) => {
    const { change, error, status = 400 } = wrong
    const answer = await post((fields) => form({ ...fields, ...change }), { accept: 'text/html' })
    expect(answer.status).toBe(status)
    expect(answer.body).toEqual({ error, error_description: expect.any(String) })
  })

  it('answers a parameter that is there twice with invalid_request (RFC 6749 §3.2)', async () => {
    const { status, body } = await post((fields) => `${form(fields)}&code=x`, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_request')
  })

  it('answers a body of another type with invalid_request', async () => {
    const { status, body } = await post(JSON.stringify, { 'content-type': 'text/plain' })
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_request')
  })

  it.each(['/oauth/token', '/userinfo', '/.well-known/openid-configuration'])(
    'lets pages of any origin send their headers to %s',
    async (path) => {
      const response = await fetch(emulator.url + path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': path.startsWith('/.') ? 'GET' : 'POST',
          'access-control-request-headers': 'authorization,content-type,dpop,auth0-client',
        },
      })
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('access-control-allow-headers')).toContain('dpop,auth0-client')
    },
  )

  it('lets pages of any origin read dpop-nonce and www-authenticate', async () => {
    const { headers } = await post(form)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase()
    expect(exposed).toContain('dpop-nonce')
    expect(exposed).toContain('www-authenticate')
  })
})

describe('The content type of an answer of the token endpoint', () => {
  const types = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(form)
    const response = await fetch(`${emulator.url}/oauth/token`, { method: 'POST', headers, body })
    return [response.status, response.headers.get('content-type')]
  }

  it('is exactly application/json, without a charset', async () => {
    const web = { client_id: 'web', client_secret: 'web-secret' }
    const credentials = { ...web, grant_type: 'client_credentials', audience: example }
    const json = 'application/json'
    expect(await types(credentials)).toEqual([200, json])
    expect(await types({ ...credentials, client_secret: 'wrong' })).toEqual([401, json])
    expect(await types({ ...credentials, audience: 'https://x/' })).toEqual([403, json])
    expect(await types({})).toEqual([400, json])
    expect(await types({}, { 'content-type': json })).toEqual([400, json])
    emulator.failNext('getToken', { status: 503 })
    expect(await types(credentials)).toEqual([503, json])
  })
})

describe('Client credentials', () => {
  const fields = { grant_type: 'client_credentials', audience: example }
  const request = (change: Record<string, string> = {}) =>
    requestToken({ ...login, client: emulator.clients.web }, { ...fields, ...change })

  it('give an access token for the client itself (RFC 6749 §4.4)', async () => {
    const { status, body } = await request()
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'read:calendar' })
    expect(claims(body.access_token)).toMatchObject({
      sub: 'web@clients',
      aud: example,
      azp: 'web',
      gty: 'client-credentials',
    })
  })

  it('may come by HTTP Basic (RFC 6749 §2.3.1)', async () => {
    const response = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('web:web-secret')}` },
      body: form(fields),
    })
    expect(response.status).toBe(200)
  })

  it('are refused with a wrong secret (RFC 6749 §5.2)', async () => {
    const { status, body } = await request({ client_secret: 'wrong' })
    expect(status).toBe(401)
    expect(body.error).toBe('invalid_client')
  })

  it.each([
    { name: 'no audience', change: { audience: '' }, status: 400, error: 'invalid_request' },
    { name: 'an unknown audience', change: { audience: 'x' }, status: 403, error: 'access_denied' },
    { name: 'an unknown scope', change: { scope: 'x' }, status: 403, error: 'access_denied' },
  ])('are refused for $name', async ({ change, status, error }) => {
    const answer = await request(change)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toBe(error)
  })

  it('are refused for the My Account API, which needs a user', async () => {
    const { status, body } = await request({ audience: `${emulator.url}/me/` })
    expect(status).toBe(403)
    expect(body.error).toBe('access_denied')
  })
})

describe('A fault of getToken', () => {
  it.each([
    { status: 429, error: 'too_many_requests' },
    { status: 500, error: 'server_error' },
    { status: 401, error: 'invalid_client' },
  ])('answers once with $status', async ({ status, error }) => {
    emulator.failNext('getToken', { status })
    const answer = await post(form)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toBe(error)
    expect((await post(form)).status).toBe(200)
  })

  it('of 429 has the headers of a rate limit, and those it was given', async () => {
    emulator.failNext('getToken', { status: 429, headers: { 'Retry-After': '7' } })
    const { headers } = await post(form)
    expect(headers.get('retry-after')).toBe('7')
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(Number(headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now() - 1000)
  })
})

describe('/userinfo', () => {
  it('takes the access token of any API with openid (OIDC Core §5.3)', async () => {
    const { access_token } = await loginWithCode({ ...login, audience: example })
    const headers = { authorization: `Bearer ${access_token}`, origin }
    const response = await fetch(`${emulator.url}/userinfo`, { headers })
    expect(await response.json()).toMatchObject({ sub: 'auth0|alice', name: 'Alice' })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  })

  it('refuses one without openid, and one that is none', async () => {
    const scope = 'read:calendar'
    const { access_token } = await loginWithCode({ ...login, audience: example, scope })
    for (const token of [access_token, 'unknown']) {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`${emulator.url}/userinfo`, { headers })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    }
  })
})
