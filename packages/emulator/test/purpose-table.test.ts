import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { describe, expect, it } from 'vitest'
import type { Connection, Emulator } from '../src/index.js'
import { PKCE } from './context.js'
import { googleOf, scopes as myAccountScopes, start } from './mistaken-tenant.js'
import { askedScopes, buttonsOf, logInThrough, visitAuthorize } from './third-party.js'

const redirect_uri = 'http://localhost:3000/connected'
const calendar = 'https://www.googleapis.com/auth/calendar'
const ENABLED = { active: true }
const DISABLED = { active: false }

/** An emulator whose `google-oauth2` has these settings of its purpose, and what the table speaks of. */
async function tenantWith(change: Partial<Connection>) {
  const { emulator } = await start((tenant) => Object.assign(googleOf(tenant), change))
  const login = { emulator, client: emulator.clients.spa }
  const audience = `${emulator.url}/me/`
  const token = async () => {
    const scope = myAccountScopes.join(' ')
    return (await loginWithCode({ ...login, audience, scope })).access_token
  }
  return { emulator, login, ...applicationOf(emulator, token) }
}

function applicationOf(emulator: Emulator, token: () => Promise<string>) {
  const call = async (path: string, body?: object) =>
    fetch(`${emulator.url}/me/v1/connected-accounts${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  const connect = (scopes?: string[]) =>
    call('/connect', {
      connection: 'google-oauth2',
      redirect_uri,
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
      ...(scopes && { scopes }),
    })
  /** The consent page of a connect flow. */
  const visitConsent = async (scopes?: string[]) => {
    const { connect_uri, connect_params } = await (await connect(scopes)).json()
    return createBrowser(emulator.url).visit(`${connect_uri}?ticket=${connect_params.ticket}`)
  }
  const connections = async (): Promise<string[]> => {
    const { connections } = await (await call('/connections')).json()
    return connections.map(({ name }: { name: string }) => name)
  }
  const user = async (id: string) =>
    (await manage(emulator, { path: `/users/${encodeURIComponent(id)}` })).json()
  return { connect, visitConsent, connections, user }
}

describe('Authentication enabled, Connected Accounts disabled', () => {
  const purpose = { authentication: ENABLED, connected_accounts: DISABLED }

  it('uses the login flow to authenticate users, with a button on the login page', async () => {
    const { login, user } = await tenantWith(purpose)
    expect(buttonsOf(await visitAuthorize(login))).toContain('Continue with Google')
    const { userId } = await logInThrough(login, 'google-oauth2')
    expect((await user(userId)).identities).toEqual([
      {
        connection: 'google-oauth2',
        user_id: userId.replace('google-oauth2|', ''),
        provider: 'google-oauth2',
        isSocial: true,
      },
    ])
  })

  it('has no Connected Accounts flow', async () => {
    const { connect, connections } = await tenantWith(purpose)
    expect((await connect()).status).toBe(404)
    expect(await connections()).not.toContain('google-oauth2')
  })

  it('completes the scopes of the connection with those of connection_scope', async () => {
    const { login } = await tenantWith({ ...purpose, scopes: ['openid', 'email'] })
    const params = { connection: 'google-oauth2' }
    expect(askedScopes(await visitAuthorize(login, params))).toEqual(['openid', 'email'])
    const more = { ...params, connection_scope: `${calendar} email` }
    expect(askedScopes(await visitAuthorize(login, more))).toEqual(['openid', 'email', calendar])
  })

  it('asks the provider for offline access where the connection has offline_access, and fills no Token Vault', async () => {
    const { emulator, user } = await tenantWith(purpose)
    const login = { emulator, client: emulator.clients.web }
    const visit = await visitAuthorize(login, { connection: 'google-oauth2' })
    expect(visit.url.searchParams.get('access_type')).toBe('offline')
    const { userId } = await logInThrough(login, 'google-oauth2')
    expect((await user(userId)).connected_accounts).toEqual([])
  })
})

describe('Authentication disabled, Connected Accounts enabled', () => {
  const purpose = { authentication: DISABLED, connected_accounts: ENABLED }

  it('uses the Connected Accounts flow', async () => {
    const { connect, connections } = await tenantWith(purpose)
    expect((await connect()).status).toBe(201)
    expect(await connections()).toContain('google-oauth2')
  })

  it('is excluded from the identity providers: no button, and refused at /authorize', async () => {
    const { login } = await tenantWith(purpose)
    expect(buttonsOf(await visitAuthorize(login))).not.toContain('Continue with Google')
    const { url } = await visitAuthorize(login, { connection: 'google-oauth2' })
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'invalid_request',
      error_description: 'the connection is not enabled for the client',
      state: 'a-state',
    })
  })

  it('asks for the scopes of the connection where the request has none', async () => {
    const { visitConsent } = await tenantWith({ ...purpose, scopes: ['openid', 'email'] })
    expect(askedScopes(await visitConsent())).toEqual(['openid', 'email'])
  })

  it('lets scopes of the request take precedence over those of the connection', async () => {
    const { visitConsent } = await tenantWith({ ...purpose, scopes: ['openid', 'email'] })
    expect(askedScopes(await visitConsent(['openid', calendar]))).toEqual(['openid', calendar])
  })

  it('keeps the offline_access of the connection whatever scopes the request has', async () => {
    const strategy = 'oauth2'
    const scopes = ['openid', 'email', 'offline_access']
    const { visitConsent } = await tenantWith({ ...purpose, strategy, scopes })
    expect(askedScopes(await visitConsent(['openid']))).toEqual(['openid', 'offline_access'])
  })

  it('asks for no offline access where the connection has it not enabled', async () => {
    const { visitConsent } = await tenantWith({ ...purpose, scopes: ['openid'] })
    const { url } = await visitConsent(['openid'])
    expect(url.searchParams.has('access_type')).toBe(false)
  })
})

describe('Authentication enabled, Connected Accounts enabled', () => {
  const purpose = { authentication: ENABLED, connected_accounts: ENABLED }

  it('fills identities by login and connected_accounts by connecting, each alone', async () => {
    const { emulator, login, user } = await tenantWith(purpose)
    const { userId } = await logInThrough(login, 'google-oauth2')
    expect(await user(userId)).toMatchObject({
      identities: [{ connection: 'google-oauth2' }],
      connected_accounts: [],
    })
    await emulator.seed({ user_id: userId, connection: 'github' })
    expect(await user(userId)).toMatchObject({
      identities: [{ connection: 'google-oauth2' }],
      connected_accounts: [{ connection: 'github', connection_id: 'con_github' }],
    })
  })

  it('has nothing in Token Vault after a login, and the token after connecting', async () => {
    const { emulator } = await tenantWith(purpose)
    const login = { emulator, client: emulator.clients.web }
    const { refresh_token = '', userId } = await logInThrough(login, 'google-oauth2')
    const exchange = () =>
      requestToken(login, {
        grant_type:
          'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
        requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
        subject_token: refresh_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        connection: 'google-oauth2',
      })
    expect((await exchange()).body.error).toBe('federated_connection_refresh_token_not_found')
    await emulator.seed({ user_id: userId, connection: 'google-oauth2' })
    expect((await exchange()).status).toBe(200)
  })

  it('completes scopes at a login and replaces them when connecting', async () => {
    const { login, visitConsent } = await tenantWith({ ...purpose, scopes: ['openid', 'email'] })
    const params = { connection: 'google-oauth2', connection_scope: calendar }
    expect(askedScopes(await visitAuthorize(login, params))).toEqual(['openid', 'email', calendar])
    expect(askedScopes(await visitConsent([calendar]))).toEqual([calendar])
  })
})

it('A purpose changed through the Management API counts from the next login on', async () => {
  const { emulator, login } = await tenantWith({ authentication: ENABLED })
  expect(buttonsOf(await visitAuthorize(login))).toContain('Continue with Google')
  const body = { authentication: DISABLED }
  await manage(emulator, { path: '/connections/con_google', body })
  expect(buttonsOf(await visitAuthorize(login))).not.toContain('Continue with Google')
})
