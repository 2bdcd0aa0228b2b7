import {
  type Login,
  loginWithCode,
  requestToken,
  type TestClient,
} from '@connected-accounts/testing/person/login'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator, TOKEN_VAULT_GRANT } from '../src/index.js'
import { loadSigningKey } from '../src/tenant/signing-key.js'

let emulator: Emulator
let login: Login

const example = 'https://api.example.test/'
const tokenType = 'urn:ietf:params:oauth:token-type:'
const federated = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const fields = {
  grant_type: TOKEN_VAULT_GRANT,
  requested_token_type: federated,
  connection: 'google-oauth2',
}

beforeAll(async () => {
  const { connections, clients } = defaultTenant()
  const [first] = connections
  if (!first) throw new Error('The default tenant has connections')
  connections.push({ ...first, name: 'off', id: 'con_off', connected_accounts: { active: false } })
  emulator = await createEmulator({ port: 0, tenant: { connections, clients } })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa, audience: example }
  await connect('auth0|alice', 'google-oauth2')
})

async function connect(user_id: string, connection: string): Promise<void> {
  const response = await fetch(`${emulator.url}/_emulator/accounts`, {
    method: 'POST',
    body: JSON.stringify({ user_id, connection }),
  })
  expect(response.status).toBe(201)
}

/** An exchange by the API with the access token it got, with these changes. */
async function exchange(change: Record<string, string> = {}, client?: TestClient) {
  const { access_token } = await loginWithCode(login)
  const subject = { subject_token: access_token, subject_token_type: `${tokenType}access_token` }
  const request = { emulator, client: client ?? emulator.clients.api }
  return requestToken(request, { ...fields, ...subject, ...change })
}

/** An exchange by the web application with its refresh token, with these changes. */
async function exchangeRefreshToken(change: Record<string, string> = {}) {
  const client = emulator.clients.web
  const { refresh_token = '' } = await loginWithCode({ emulator, client })
  const subject = { subject_token: refresh_token, subject_token_type: `${tokenType}refresh_token` }
  return requestToken({ emulator, client }, { ...fields, ...subject, ...change })
}

describe('A Token Vault exchange (RFC 8693)', () => {
  it.each([
    { name: 'an access token', run: exchange },
    { name: 'a refresh token', run: exchangeRefreshToken },
  ])('gives the access token of the provider for $name', async ({ run }) => {
    const { status, body } = await run()
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: expect.any(String),
      issued_token_type: federated,
    })
  })

  it('takes JSON, as the SDKs for agents send it', async () => {
    const { access_token } = await loginWithCode(login)
    const response = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...fields,
        client_id: 'api',
        client_secret: 'api-secret',
        subject_token: access_token,
        subject_token_type: `${tokenType}access_token`,
      }),
    })
    expect(response.status).toBe(200)
  })

  it.each([
    { connection: 'github' },
    { connection: 'google-oauth2', login_hint: 'nobody@example.test' },
  ])('answers 401 where nothing is connected: %o', async (change) => {
    const { status, body } = await exchange(change)
    expect(status).toBe(401)
    expect(body).toEqual({
      error: 'federated_connection_refresh_token_not_found',
      error_description: 'Federated connection Refresh Token not found.',
    })
  })

  it('gives nothing of another user', async () => {
    const bob = { email: 'bob@example.test', password: 'password' }
    login = { ...login, user: bob }
    expect((await exchange()).body.error).toBe('federated_connection_refresh_token_not_found')
  })

  it.each(['off', 'unknown'])('is not possible for the connection %s', async (connection) => {
    const { status, body } = await exchange({ connection })
    expect(status).toBe(400)
    expect(body.error_description).toBe('Token Vault is not enabled for the provided connection')
  })

  it.each(['subject_token', 'subject_token_type', 'requested_token_type', 'connection'])(
    'wants %s',
    async (name) => {
      const { status, body } = await exchange({ [name]: '' })
      expect(status).toBe(400)
      expect(body.error).toBe('invalid_request')
      expect(body.error_description).toContain(name)
    },
  )

  it.each([
    { subject_token_type: `${tokenType}jwt` },
    { requested_token_type: `${tokenType}access_token` },
  ])('refuses %o', async (change) => {
    const { status, body } = await exchange(change)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_request')
    expect(body.error_description).toContain(Object.keys(change)[0])
  })
})

describe('The client of an exchange', () => {
  it('must have the grant', async () => {
    const { status, body } = await exchange({}, emulator.clients.spa)
    expect(status).toBe(403)
    expect(body.error).toBe('unauthorized_client')
  })

  it.each([
    { name: 'third-party', change: { is_first_party: false } },
    { name: 'not OIDC-conformant', change: { oidc_conformant: false } },
    { name: 'public', change: { token_endpoint_auth_method: 'none' } },
  ])('must not be $name', async ({ change }) => {
    const { clients } = defaultTenant()
    for (const client of clients) if (client.client_id === 'api') Object.assign(client, change)
    const strict = await createEmulator({ port: 0, tenant: { clients } })
    const { clientId, clientSecret } = strict.clients.api
    const isPublic = 'token_endpoint_auth_method' in change
    const { status, body } = await requestToken(
      { emulator: strict, client: { clientId, ...(!isPublic && { clientSecret }) } },
      { ...fields, subject_token: 'x', subject_token_type: `${tokenType}access_token` },
    )
    await strict.close()
    expect([status, body.error]).toEqual([403, 'unauthorized_client'])
  })

  it('must authenticate', async () => {
    const { status, body } = await exchange({ client_secret: 'wrong' })
    expect(status).toBe(401)
    expect(body.error).toBe('invalid_client')
  })

  it('must be that of the API for which the access token is', async () => {
    const { status, body } = await exchange({}, emulator.clients.web)
    expect(status).toBe(401)
    expect(body.error).toBe('invalid_grant')
  })
})

describe('The subject token of an exchange', () => {
  const refused = { error: 'invalid_grant', error_description: 'The subject token is not valid' }

  it('may not be for another audience', async () => {
    login = { ...login, audience: `${emulator.url}/me/` }
    const { status, body } = await exchange()
    expect(status).toBe(401)
    expect(body).toEqual(refused)
  })

  it('may not be the refresh token of another client', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const { status, body } = await exchangeRefreshToken({ subject_token: refresh_token })
    expect(status).toBe(401)
    expect(body).toEqual(refused)
  })

  it('may not be a refresh token that was revoked', async () => {
    const { refresh_token = '' } = await loginWithCode({ ...login, client: emulator.clients.web })
    const { web } = emulator.clients
    const form = { client_id: web.clientId, client_secret: web.clientSecret, token: refresh_token }
    await fetch(`${emulator.url}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    const { body } = await exchangeRefreshToken({ subject_token: refresh_token })
    expect(body).toEqual(refused)
  })

  it('may not be the client itself', async () => {
    const grant = { grant_type: 'client_credentials', audience: example }
    const own = await requestToken({ emulator, client: emulator.clients.web }, grant)
    expect((await exchange({ subject_token: own.body.access_token })).body).toEqual(refused)
  })

  const now = Math.floor(Date.now() / 1000)
  it.each([
    { name: 'the valid one', status: 200 },
    { name: 'an expired one', change: { exp: now - 1 }, status: 401 },
    { name: 'one without an expiry', left: 'exp', status: 401 },
    { name: 'one of another issuer', change: { iss: 'https://other.test/' }, status: 401 },
    { name: 'one of an unknown user', change: { sub: 'auth0|nobody' }, status: 401 },
    { name: 'one without a user', left: 'sub', status: 401 },
  ])('is checked: $name', async ({ change, left, status }) => {
    const { privateKey } = await loadSigningKey()
    const payload = {
      iss: `${emulator.url}/`,
      sub: 'auth0|alice',
      aud: example,
      exp: now + 60,
      ...change,
    }
    const claims = Object.entries(payload).filter(([name]) => name !== left)
    const subject_token = await new SignJWT(Object.fromEntries(claims))
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey)
    expect((await exchange({ subject_token })).status).toBe(status)
  })

  it.each(['not.a.token', 'x'])('is not %s', async (subject_token) => {
    expect((await exchange({ subject_token })).body).toEqual(refused)
    expect((await exchangeRefreshToken({ subject_token })).body).toEqual(refused)
  })

  it('is no rotating refresh token', async () => {
    const { clients } = defaultTenant()
    for (const client of clients) client.refresh_token.rotation_type = 'rotating'
    const rotating = await createEmulator({ port: 0, tenant: { clients } })
    const request = { emulator: rotating, client: rotating.clients.web }
    const { refresh_token = '' } = await loginWithCode(request)
    const { status, body } = await requestToken(request, {
      ...fields,
      subject_token: refresh_token,
      subject_token_type: `${tokenType}refresh_token`,
    })
    await rotating.close()
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_request')
  })
})
