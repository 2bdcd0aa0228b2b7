import { setupServer } from 'msw/node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultTenant } from '../src/index.js'
import { createEmulator, type MswEmulator } from '../src/shells/msw/emulator.js'
import { exchangeOf } from './whole-flow.js'

const user_id = 'auth0|alice'
const server = setupServer()
let emulator: MswEmulator
beforeAll(async () => {
  emulator = await createEmulator()
  server.use(...emulator.handlers)
  server.listen()
})
beforeEach(() => emulator.reset())
afterAll(() => server.close())

/** A request to the token endpoint, and its answer with the status. */
async function request(
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const body = new URLSearchParams(fields)
  const response = await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body, headers })
  return { ...(await response.json()), status: response.status }
}

function refreshOf(change: Record<string, string> = {}): Record<string, string> {
  const refresh_token = emulator.issueRefreshToken({ user_id })
  const audience = `${emulator.url}/me/`
  return { grant_type: 'refresh_token', client_id: 'spa', refresh_token, audience, ...change }
}

const web = { client_id: 'web', client_secret: 'web-secret' }
const exchange = (change: Record<string, string> = {}) => {
  const token = emulator.issueRefreshToken({ user_id, client_id: 'web' })
  return request({ ...web, ...exchangeOf(token, 'acme'), ...change })
}

describe('The refresh token grant behind msw (MRRT)', () => {
  it('gives a token for the My Account API, of the scopes that are asked for', async () => {
    const scope = 'read:me:connected_accounts'
    const answer = await request(refreshOf({ scope }))
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', scope, expires_in: 86_400 })
    const headers = { authorization: `Bearer ${answer.access_token}` }
    const url = `${emulator.url}/me/v1/connected-accounts/accounts`
    expect((await fetch(url, { headers })).status).toBe(200)
    expect((await fetch(`${url}/cac_1`, { method: 'DELETE', headers })).status).toBe(403)
  })

  it('takes JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(refreshOf()) }
    expect((await fetch(`${emulator.url}/oauth/token`, init)).status).toBe(200)
  })

  it.each<[string, Record<string, string>, number, string]>([
    ['an unknown token', { refresh_token: 'other' }, 403, 'invalid_grant'],
    ["another client's token", web, 403, 'invalid_grant'],
    ['an audience of no policy', { audience: 'https://x/' }, 400, 'invalid_target'],
    ['no token', { refresh_token: '' }, 400, 'invalid_request'],
    ['a wrong secret', { ...web, client_secret: 'x' }, 401, 'invalid_client'],
    ['no secret', { client_id: 'web' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [
      'a client without the grant',
      { client_id: 'api', client_secret: 'api-secret' },
      403,
      'unauthorized_client',
    ],
  ])('refuses %s', async (_name, change, status, error) => {
    expect(await request(refreshOf(change))).toMatchObject({ status, error })
  })

  it('refuses a token that has expired', async () => {
    const fields = refreshOf()
    emulator.clock.advance(31 * 86_400)
    expect(await request(fields)).toMatchObject({ status: 403, error: 'invalid_grant' })
  })

  it('refuses DPoP rather than give a token that is not bound', async () => {
    const answer = await request(refreshOf(), { dpop: 'proof' })
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  it('fails when it is told to, once', async () => {
    emulator.failNext('getToken', { status: 503, problem: { error: 'temporarily_unavailable' } })
    const fault = { status: 503, error: 'temporarily_unavailable' }
    expect(await request(refreshOf())).toMatchObject(fault)
    expect(await request(refreshOf())).toMatchObject({ status: 200 })
  })

  it.each([
    [{ user_id: 'auth0|nobody' }, 'user_id is not a user of the tenant: auth0|nobody'],
    [
      { user_id, client_id: 'management' },
      'client_id is not a client with refresh tokens: management',
    ],
  ])('issues none for %j', (wrong, message) => {
    expect(() => emulator.issueRefreshToken(wrong)).toThrow(`refreshToken/${message}`)
  })

  it('issues none to a client that rotates them', () => {
    const clients = defaultTenant().clients.map((client) => ({
      ...client,
      refresh_token: { ...client.refresh_token, rotation_type: 'rotating' as const },
    }))
    emulator.tenant.set({ clients })
    expect(() => emulator.issueRefreshToken({ user_id })).toThrow('rotates its refresh tokens')
  })
})

describe('The Token Vault exchange behind msw', () => {
  it('gives a token of the third party for a refresh token, which works there', async () => {
    await emulator.seed({ user_id, connection: 'acme', emails: ['alice@acme.example'] })
    const { access_token, status } = await exchange()
    expect(status).toBe(200)
    const headers = { authorization: `Bearer ${access_token}` }
    const response = await fetch(`${emulator.url}/upstream/acme/userinfo`, { headers })
    expect(await response.json()).toMatchObject({ email: 'alice@acme.example' })
  })

  it('gives an API one for the access token that it got', async () => {
    await emulator.seed({ user_id, connection: 'acme' })
    const { clientId, clientSecret, audience } = emulator.clients.api
    const own = { client_id: clientId, client_secret: clientSecret }
    const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token'
    const given = { ...own, subject_token_type }
    const subject_token = await emulator.issueAccessToken({ user_id, audience })
    expect(await exchange({ ...given, subject_token })).toMatchObject({ status: 200 })
    const foreign = await emulator.issueAccessToken({ user_id })
    const refused = { status: 401, error: 'invalid_grant' }
    expect(await exchange({ ...given, subject_token: foreign })).toMatchObject(refused)
  })

  it.each<[string, Record<string, string>, number, string]>([
    ['a user without an account', {}, 401, 'federated_connection_refresh_token_not_found'],
    ['a connection that is not there', { connection: 'x' }, 400, 'invalid_request'],
    ['an unknown subject token', { subject_token: 'x' }, 401, 'invalid_grant'],
    ['a subject token of another type', { subject_token_type: 'x' }, 400, 'invalid_request'],
    ['another requested type', { requested_token_type: 'x' }, 400, 'invalid_request'],
  ])('refuses %s', async (_name, change, status, error) => {
    expect(await exchange(change)).toMatchObject({ status, error })
  })

  it('answers as the switch says while the provider is down', async () => {
    await emulator.seed({ user_id, connection: 'acme' })
    emulator.switches.set({ provider: 'down' })
    emulator.clock.advance(7200)
    expect(await exchange()).toMatchObject({ status: 401 })
    emulator.switches.set({ exchangeWhileDown: '503' })
    expect(await exchange()).toMatchObject({ status: 503, error: 'temporarily_unavailable' })
  })
})
