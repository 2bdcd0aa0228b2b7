import { loginWithCode } from '@connected-accounts/testing/person/login'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'
import { exchangeOf } from './whole-flow.js'

// The same requests to both token endpoints: to the one that listens, and to the one behind msw. Both answer in the same words.

/** A token endpoint. `refreshToken` issues a refresh token of Alice. */
interface TokenEndpoint {
  emulator: Omit<Emulator, 'certificate' | 'close' | 'fetch' | 'refreshTokenReuses'>
  refreshToken(client: 'spa' | 'web'): Promise<string>
  close(): Promise<void> | void
}

async function listen(): Promise<TokenEndpoint> {
  const emulator = await createEmulator({ port: 0 })
  return {
    emulator,
    refreshToken: async (client) =>
      (await loginWithCode({ emulator, client: emulator.clients[client] })).refresh_token ?? '',
    close: () => emulator.close(),
  }
}

async function intercept(): Promise<TokenEndpoint> {
  const emulator = await createMswEmulator()
  const server = setupServer(...emulator.handlers)
  server.listen()
  return {
    emulator,
    refreshToken: async (client_id) => emulator.issueRefreshToken({ user_id, client_id }),
    close: () => server.close(),
  }
}

const user_id = 'auth0|alice'
const connection = 'acme'
const web = { client_id: 'web', client_secret: 'web-secret' }
const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })

/** What a request has besides what makes it valid. */
interface Sent {
  change?: Record<string, string>
  headers?: Record<string, string>
}

/** The name, the request, and the status, `error` and `error_description` of its answer. */
type Refusal = [name: string, sent: Sent, status: number, error: string, description: unknown]

const malformed = 'Invalid authorization header value format'
const failed = (reason: string) => `Client authentication failed: ${reason}`
const otherMechanism =
  'the provided authentication mechanism does not match the registered client authentication method'

const clientRefusals: Refusal[] = [
  ['Basic without a colon', { headers: basic('web') }, 400, 'invalid_request', malformed],
  [
    'Basic that is not base64',
    { headers: { authorization: 'Basic %%%' } },
    400,
    'invalid_request',
    malformed,
  ],
  [
    'Basic without credentials',
    { headers: { authorization: 'Basic' } },
    400,
    'invalid_request',
    malformed,
  ],
  [
    'another scheme',
    { headers: { authorization: 'Bearer abc' } },
    400,
    'invalid_request',
    malformed,
  ],
  [
    'Basic that is not form-encoded',
    { headers: basic('web:%zz') },
    400,
    'invalid_request',
    expect.stringMatching(/^client_id and client_secret .* are not properly encoded/),
  ],
  [
    'Basic with a wrong secret',
    { headers: basic('web:x') },
    401,
    'invalid_client',
    failed('invalid secret provided'),
  ],
  [
    'Basic of an unknown client',
    { headers: basic('nobody:x') },
    401,
    'invalid_client',
    failed('client not found'),
  ],
  [
    'Basic without a secret',
    { headers: basic('web:') },
    400,
    'invalid_request',
    'client_secret must be provided in the Authorization header',
  ],
  ['no client', {}, 400, 'invalid_request', 'No client authentication mechanism provided'],
  [
    'two clients',
    { headers: basic('web:web-secret'), change: { client_id: 'spa' } },
    400,
    'invalid_request',
    'client_id mismatch',
  ],
  [
    'two secrets',
    { headers: basic('web:web-secret'), change: web },
    400,
    'invalid_request',
    'Client authentication must only be provided using one mechanism',
  ],
  [
    'a wrong secret',
    { change: { ...web, client_secret: 'x' } },
    401,
    'invalid_client',
    failed('invalid secret provided'),
  ],
  ['no secret', { change: { client_id: 'web' } }, 401, 'invalid_client', failed(otherMechanism)],
  [
    'a secret of a public client',
    { change: { client_id: 'spa', client_secret: 'x' } },
    401,
    'invalid_client',
    failed(otherMechanism),
  ],
]

const refreshRefusals: Refusal[] = [
  [
    'an unknown token',
    { change: { refresh_token: 'x' } },
    403,
    'invalid_grant',
    'Unknown or invalid refresh token.',
  ],
  [
    "another client's token",
    { change: { client_id: 'spa', client_secret: '' } },
    403,
    'invalid_grant',
    'Client mismatch',
  ],
  [
    'no token',
    { change: { refresh_token: '' } },
    400,
    'invalid_request',
    'Missing required parameter refresh_token',
  ],
  [
    'an audience of no policy',
    { change: { audience: 'https://x/' } },
    400,
    'invalid_target',
    'The requested audience is not authorized by the refresh token policy',
  ],
  [
    'a client without the grant',
    { change: { client_id: 'management', client_secret: 'management-secret' } },
    403,
    'unauthorized_client',
    'The grant type is not allowed for the client',
  ],
]

const urn = 'urn:ietf:params:oauth:token-type'
const federated = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const privileged = 'http://auth0.com/oauth/token-type/token-vault-access-token'
const notValid = 'The subject token is not valid'

const exchangeRefusals: Refusal[] = [
  ...['subject_token', 'subject_token_type', 'requested_token_type', 'connection'].map(
    (name): Refusal => [
      `no ${name}`,
      { change: { [name]: '' } },
      400,
      'invalid_request',
      `Missing required parameter ${name}`,
    ],
  ),
  [
    'an unknown type of subject token',
    { change: { subject_token_type: 'x' } },
    400,
    'invalid_request',
    `subject_token_type must be ${urn}:access_token or ${urn}:refresh_token or ${urn}:jwt`,
  ],
  [
    'another requested type',
    { change: { requested_token_type: 'x' } },
    400,
    'invalid_request',
    `requested_token_type must be ${federated} with the subject_token_type ${urn}:refresh_token`,
  ],
  [
    'a JWT of a client without privileged access',
    { change: { subject_token_type: `${urn}:jwt`, requested_token_type: privileged } },
    403,
    'unauthorized_client',
    'The client has no privileged access to Token Vault',
  ],
  [
    'a connection that is not there',
    { change: { connection: 'x' } },
    400,
    'invalid_request',
    'Token Vault is not enabled for the provided connection',
  ],
  ['an unknown refresh token', { change: { subject_token: 'x' } }, 401, 'invalid_grant', notValid],
  [
    'an unknown access token',
    { change: { subject_token: 'x', subject_token_type: `${urn}:access_token` } },
    401,
    'invalid_grant',
    notValid,
  ],
  [
    'a public client',
    { change: { client_id: 'spa', client_secret: '' } },
    403,
    'unauthorized_client',
    'The grant type is not allowed for the client',
  ],
  [
    'another account than the connected one',
    { change: { login_hint: 'nobody@acme.example' } },
    401,
    'federated_connection_refresh_token_not_found',
    'Federated connection Refresh Token not found.',
  ],
]

describe.each([
  ['listens', listen],
  ['is behind msw', intercept],
])('The token endpoint that %s', (_name, start) => {
  let endpoint: TokenEndpoint
  beforeAll(async () => {
    endpoint = await start()
  })
  beforeEach(() => endpoint.emulator.reset())
  afterAll(() => endpoint.close())

  async function send(fields: Record<string, unknown>, init: RequestInit = {}) {
    const present = Object.entries(fields).filter(([, value]) => value !== undefined)
    const body = new URLSearchParams(present.map(([name, value]) => [name, String(value)]))
    const url = `${endpoint.emulator.url}/oauth/token`
    const response = await fetch(url, { method: 'POST', body, ...init })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  /** A valid refresh but for its client. */
  async function refreshOf(client: 'spa' | 'web' = 'web') {
    const refresh_token = await endpoint.refreshToken(client)
    const audience = `${endpoint.emulator.url}/me/`
    return { grant_type: 'refresh_token', refresh_token, audience }
  }

  async function exchange(sent: Sent = {}, token?: string) {
    const fields = exchangeOf(token ?? (await endpoint.refreshToken('web')), connection)
    return send({ ...fields, ...web, ...sent.change }, { headers: sent.headers ?? {} })
  }

  const answer = ({ status, body }: Awaited<ReturnType<typeof send>>) => [
    status,
    body.error,
    body.error_description,
  ]

  it.each(clientRefusals)('refuses %s', async (_name, { change, headers = {} }, ...expected) => {
    expect(answer(await send({ ...(await refreshOf()), ...change }, { headers }))).toEqual(expected)
  })

  it('challenges a client that used the Authorization header and failed, and no other', async () => {
    const fields = await refreshOf()
    const { headers } = await send(fields, { headers: basic('web:x') })
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=".*", error="invalid_client"/)
    const posted = await send({ ...fields, ...web, client_secret: 'x' })
    expect(posted.headers.get('www-authenticate')).toBeNull()
  })

  it.each([
    ['Basic', { headers: basic('web:web-secret') }],
    ['basic', { headers: { authorization: `basic ${btoa('web:web-secret')}` } }],
    [
      'Basic and the same client_id',
      { headers: basic('web:web-secret'), change: { client_id: 'web' } },
    ],
    ['the form', { change: web }],
  ])('authenticates a client by %s', async (_name, { change, headers }: Sent) => {
    const { status } = await send({ ...(await refreshOf()), ...change }, { headers: headers ?? {} })
    expect(status).toBe(200)
  })

  it('decodes the parts of a Basic header as forms', async () => {
    const fields = await refreshOf()
    const { clients } = defaultTenant()
    for (const client of clients) if (client.client_id === 'web') client.client_secret = 'a b+c:d'
    endpoint.emulator.tenant.set({ clients })
    const headers = basic(`web:${new URLSearchParams({ x: 'a b+c:d' }).toString().slice(2)}`)
    expect((await send(fields, { headers })).status).toBe(200)
  })

  it.each([
    ['an array', [], 'The request body must be a JSON object'],
    ['no JSON', undefined, 'The request body must be a JSON object'],
    ['a number in a field', { client_id: 1 }, 'client_id must be a string'],
  ])('refuses JSON that is %s', async (_name, value, description) => {
    const headers = { 'content-type': 'application/json' }
    const refused = await send({}, { headers, body: JSON.stringify(value) ?? '{' })
    expect(answer(refused)).toEqual([400, 'invalid_request', description])
  })

  it.each(refreshRefusals)('refuses a refresh with %s', async (_name, { change }, ...expected) => {
    expect(answer(await send({ ...(await refreshOf()), ...web, ...change }))).toEqual(expected)
  })

  it('refuses a refresh token that was not used for its idle lifetime, and only then', async () => {
    const { clients } = defaultTenant()
    for (const client of clients) client.refresh_token.idle_token_lifetime = 3600
    endpoint.emulator.tenant.set({ clients })
    const fields = { ...(await refreshOf()), ...web }
    for (const seconds of [3000, 3000]) {
      endpoint.emulator.clock.advance(seconds)
      expect((await send(fields)).status).toBe(200)
    }
    endpoint.emulator.clock.advance(3600)
    expect((await send(fields)).body.error).toBe('invalid_grant')
    expect(answer(await exchange({}, fields.refresh_token))).toEqual([
      401,
      'invalid_grant',
      notValid,
    ])
  })

  it('refuses a refresh for a blocked user', async () => {
    const fields = { ...(await refreshOf()), ...web }
    const { users } = defaultTenant()
    for (const user of users) user.blocked = true
    endpoint.emulator.tenant.set({ users })
    expect(answer(await send(fields))).toEqual([403, 'invalid_grant', 'user is blocked'])
  })

  it('follows the switches invalidGrant and myAccountPolicy', async () => {
    const fields = { ...(await refreshOf()), ...web }
    endpoint.emulator.switches.set({ invalidGrant: '400', myAccountPolicy: 'unmet' })
    expect((await send({ ...fields, refresh_token: 'x' })).status).toBe(400)
    expect(answer(await send(fields))).toEqual([
      403,
      'unmet_authentication_requirements',
      'The user does not meet the policy of the My Account API',
    ])
  })

  it.each(exchangeRefusals)('refuses an exchange with %s', async (_name, sent, ...expected) => {
    await endpoint.emulator.seed({ user_id, connection })
    expect(answer(await exchange(sent))).toEqual(expected)
  })

  it('refuses an exchange of a client that rotates its refresh tokens', async () => {
    const token = await endpoint.refreshToken('web')
    const { clients } = defaultTenant()
    for (const client of clients) client.refresh_token.rotation_type = 'rotating'
    endpoint.emulator.tenant.set({ clients })
    const description = 'Token Vault needs refresh token rotation turned off'
    expect(answer(await exchange({}, token))).toEqual([400, 'invalid_request', description])
  })

  it('exchanges a refresh token and writes the event', async () => {
    await endpoint.emulator.seed({ user_id, connection })
    const { status, body } = await exchange()
    expect([status, Object.keys(body).sort()]).toEqual([
      200,
      ['access_token', 'expires_in', 'issued_token_type', 'scope', 'token_type'],
    ])
    expect(endpoint.emulator.logs.at(-1)).toMatchObject({
      type: 'seta',
      client_id: 'web',
      user_id,
      connection,
      details: { subject_token_type: `${urn}:refresh_token`, issued_token_type: federated },
    })
  })

  it('writes the event of an exchange that is refused', async () => {
    await exchange({ change: { subject_token: 'x' } })
    const details = { failure_reason: notValid, is_privileged_worker: false }
    const event = { type: 'feta', client_id: 'web', connection, description: notValid, details }
    expect(endpoint.emulator.logs.at(-1)).toMatchObject(event)
  })

  it('limits the exchanges of a second as the switch exchangeRate says', async () => {
    endpoint.emulator.switches.set({ exchangeRate: '10' })
    const token = await endpoint.refreshToken('web')
    const all = await Promise.all(Array.from({ length: 11 }, () => exchange({}, token)))
    const refused = all.filter(({ status }) => status === 429)
    expect(refused.map(({ body }) => body.error)).toEqual(['too_many_requests'])
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    const left = all.map(({ headers }) => Number(headers.get('x-ratelimit-remaining')))
    expect(left.sort((a, b) => a - b)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
