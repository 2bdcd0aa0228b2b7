import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createAuthorizedFetch,
  createConnectedAccountsClient,
  listConnections,
} from '../src/index.js'
import { exchangeConnectionToken } from '../src/tokens/token-vault.js'

const server = setupServer(
  http.get('https://tenant.example.test/me/v1/connected-accounts/connections', ({ request }) =>
    HttpResponse.json({
      connections: [{ name: request.headers.get('authorization') ?? '', strategy: 'github' }],
    }),
  ),
  http.post('https://tenant.example.test/oauth/token', () =>
    HttpResponse.json({ access_token: 'at', token_type: 'Bearer' }),
  ),
  http.get('https://api.example.test/moved', () =>
    HttpResponse.redirect('https://api.example.test/'),
  ),
)

// The client is made before the interception: it must look up `fetch` when it sends, not when it is created.
const client = createConnectedAccountsClient({
  domain: 'tenant.example.test',
  accessToken: 'token',
})

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

test("without a fetch option the runtime's own is used, as it is at the time", async () => {
  const { connections } = await listConnections(client)
  expect(connections).toEqual([{ name: 'Bearer token', strategy: 'github' }])
})

test('the exchange uses it too, and a token without a life has no expiry', async () => {
  const token = await exchangeConnectionToken({
    domain: 'tenant.example.test',
    clientId: 'api',
    clientAuth: { clientSecret: 'secret' },
    subjectToken: 'subject',
    subjectTokenType: 'access_token',
    connection: 'github',
  })
  expect(token).toEqual({ accessToken: 'at', expiresAt: undefined, scopes: [] })
})

test('a redirect is given back, not followed with the token', async () => {
  const authorized = createAuthorizedFetch({
    accessToken: 'token',
    audience: 'https://api.example.test/',
    scope: '',
    allowedOrigins: ['https://api.example.test'],
  })
  const response = await authorized('https://api.example.test/moved')
  expect(response.status).toBe(302)
})
