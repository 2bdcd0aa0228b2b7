import { browse } from '@connected-accounts/testing/person/consent'
import { type Login, loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'
import { PKCE } from './context.js'

const redirect_uri = 'http://localhost:3000/connected'
const scopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)

let emulator: Emulator
let login: Login
let audience: string

// A tenant as it is before anyone has set it up: no policies, and a connection that connects nothing.
beforeAll(async () => {
  const { clients, connections } = defaultTenant()
  for (const client of clients) client.refresh_token.policies = []
  for (const connection of connections) {
    connection.connected_accounts.active = false
    connection.enabled_clients = []
  }
  emulator = await createEmulator({ port: 0, tenant: { clients, connections } })
  login = { emulator, client: emulator.clients.spa }
  audience = `${emulator.url}/me/`
})
afterAll(() => emulator.close())

async function myAccount(token: string, path: string, body?: object): Promise<Response> {
  return fetch(`${emulator.url}/me/v1/connected-accounts${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
}

async function change(path: string, body: unknown, status = 200): Promise<void> {
  expect((await manage(emulator, { path, body })).status).toBe(status)
}

async function complete(token: string, session: Record<string, string>, callback: URL) {
  const connect_code = callback.searchParams.get('connect_code')
  const { auth_session } = session
  const code_verifier = PKCE.verifier
  const body = { auth_session, connect_code, redirect_uri, code_verifier }
  return (await myAccount(token, '/complete', body)).json()
}

describe('A tenant that is set up through the Management API alone', () => {
  it('lets a user connect an account, and shows it on the user', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const refresh = () =>
      requestToken(login, {
        grant_type: 'refresh_token',
        refresh_token,
        audience,
        scope: scopes.join(' '),
      })
    expect((await refresh()).body.error).toBe('invalid_target')
    await change('/clients/spa', {
      refresh_token: {
        rotation_type: 'non-rotating',
        expiration_type: 'non-expiring',
        leeway: 0,
        infinite_token_lifetime: true,
        infinite_idle_token_lifetime: true,
        token_lifetime: 31_557_600,
        idle_token_lifetime: 2_592_000,
        policies: [{ audience, scope: scopes }],
      },
    })
    const { status, body } = await refresh()
    expect(status).toBe(200)
    const token = body.access_token

    const start = {
      connection: 'google-oauth2',
      redirect_uri,
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
    }
    await change('/connections/con_google', { connected_accounts: { active: true } })
    expect((await myAccount(token, '/connect', start)).status).toBe(404)
    await change('/connections/con_google/clients', [{ client_id: 'spa', status: true }], 204)
    const session = await (await myAccount(token, '/connect', start)).json()
    const url = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    const stop = (target: string) => target.startsWith(redirect_uri)
    const follow = (request: Request) => fetch(request, { redirect: 'manual' })
    const account = await complete(token, session, await browse(follow, url, { stop }))

    const path = '/users/auth0%7Calice'
    const listed = await (await manage(emulator, { path: `${path}/connected-accounts` })).json()
    expect(listed).toEqual({
      connected_accounts: [{ ...account, connection_id: 'con_google', strategy: 'google-oauth2' }],
    })
    expect(await (await manage(emulator, { path })).json()).toMatchObject(listed)
  })
})
