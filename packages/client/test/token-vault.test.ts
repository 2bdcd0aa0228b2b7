import { expect, test } from 'vitest'
import { type ExchangeConnectionTokenOptions, exchangeConnectionToken } from '../src/token-vault.js'
import { json, observedFetch } from './observed-client.js'

const options: ExchangeConnectionTokenOptions = {
  domain: 'tenant.example.test',
  clientId: 'api',
  clientAuth: { clientSecret: 'secret' },
  subjectToken: 'subject',
  subjectTokenType: 'access_token',
  connection: 'google-oauth2',
}

test('exchanges an access token with the parameters that Auth0 documents (RFC 8693 §2.1)', async () => {
  const { fetch, requests } = observedFetch(
    json(200, { access_token: 'at', token_type: 'Bearer', expires_in: 60, scope: 'repo,user  x' }),
  )
  const token = await exchangeConnectionToken({ ...options, loginHint: 'a@example.test', fetch })
  expect(token).toEqual({
    accessToken: 'at',
    expiresAt: expect.any(Number),
    scopes: ['repo', 'user', 'x'],
  })
  expect(Math.abs((token.expiresAt ?? 0) - Date.now() - 60_000)).toBeLessThan(5000)
  expect(requests[0]?.url).toBe('https://tenant.example.test/oauth/token')
  expect(Object.fromEntries(new URLSearchParams(await requests[0]?.text()))).toEqual({
    grant_type:
      'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
    client_id: 'api',
    client_secret: 'secret',
    subject_token: 'subject',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection: 'google-oauth2',
    login_hint: 'a@example.test',
  })
})

test.for([
  [
    'connection_not_connected',
    json(401, { error: 'federated_connection_refresh_token_not_found', error_description: 'x' }),
  ],
  ['unauthorized_client', json(403, { error: 'unauthorized_client' })],
  ['unexpected_response', () => new Response('<html>', { status: 502 })],
  ['unexpected_response', json(200, { token: 'at' })],
] as const)('a failure is a TokenError with the code %s', async ([code, answer]) => {
  const { fetch } = observedFetch(answer)
  await expect(exchangeConnectionToken({ ...options, fetch })).rejects.toMatchObject({
    name: 'TokenError',
    code,
    status: answer().status,
  })
})

test.for(['clientId', 'clientAuth', 'subjectToken', 'subjectTokenType', 'connection', 'domain'])(
  'without %s it throws, names the option and sends nothing',
  async (name) => {
    const { fetch, requests } = observedFetch(json(200, {}))
    const call = exchangeConnectionToken({ ...options, fetch, [name]: undefined })
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow(name)
    expect(requests).toHaveLength(0)
  },
)
