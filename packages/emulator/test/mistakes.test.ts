import { browse } from '@connected-accounts/testing/person/consent'
import {
  claims,
  loginWithCode,
  redirectUri,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { describe, expect, it } from 'vitest'
import { createEmulator, MY_ACCOUNT_AUDIENCE, type Tenant } from '../src/index.js'
import { authorize, googleOf, myAccountOf, only, scopes, spaOf, start } from './mistaken-tenant.js'

const example = 'https://api.example.test/'
const connectRequest = { connection: 'google-oauth2', redirect_uri: redirectUri }

it('Without a mistake everything below works', async () => {
  const { myAccountToken, call, refresh, me, emulator } = await start(() => undefined)
  const token = await myAccountToken()
  expect((await call('/connect', token, connectRequest)).status).toBe(201)
  expect((await refresh(me)).status).toBe(200)
  const { page } = await authorize(emulator, { audience: me })
  expect(page?.status).toBe(200)
})

describe('My Account API not activated', () => {
  const notActivated = (tenant: Tenant) => {
    tenant.apis = tenant.apis.filter((api) => api !== myAccountOf(tenant))
  }

  it('answers every call with 404, and tokens for it with invalid_target', async () => {
    const { login, call, refresh, me } = await start(notActivated)
    const { access_token } = await loginWithCode({ ...login, audience: example })
    const response = await call('/connect', access_token, connectRequest)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-404-0001',
      detail: 'The requested resource POST /me/v1/connected-accounts/connect was not found.',
    })
    expect((await refresh(me)).body.error).toBe('invalid_target')
  })
})

describe('No client grant', () => {
  const grantsOf = (scope: string[], client_id = 'spa') => [
    { client_id, audience: MY_ACCOUNT_AUDIENCE, scope, subject_type: 'user' as const },
  ]
  const refused = (me: string) => ({
    error: 'unauthorized_client',
    error_description: `Client is not authorized to access "${me}"`,
  })

  it('gives no refresh for the API: 403 unauthorized_client', async () => {
    const { refresh, me } = await start((tenant) => {
      const ofAnotherApi = { client_id: 'spa', audience: example, scope: scopes }
      tenant.client_grants = [...grantsOf(scopes, 'web'), ofAnotherApi]
    })
    const { status, body } = await refresh(me)
    expect(status).toBe(403)
    expect(body).toEqual(refused(me))
  })

  it('sends a login for the API back with unauthorized_client', async () => {
    const { emulator, me } = await start((tenant) => {
      tenant.client_grants = []
    })
    const { url } = await authorize(emulator, { audience: me })
    expect(url.origin + url.pathname).toBe(redirectUri)
    expect(Object.fromEntries(url.searchParams)).toMatchObject(refused(me))
  })

  it('gives only the scopes of the grants that there are', async () => {
    const { login, refresh, me } = await start((tenant) => {
      tenant.client_grants = grantsOf(['read:me:connected_accounts', 'not:of:the:api'])
    })
    const granted = 'read:me:connected_accounts'
    expect((await refresh(me)).body.scope).toBe(`openid profile email offline_access ${granted}`)
    const scope = scopes.join(' ')
    expect((await loginWithCode({ ...login, audience: me, scope })).scope).toBe(granted)
  })

  it('gives a client no credentials token, or only granted scopes: 403 access_denied', async () => {
    const { emulator, web } = await start((tenant) => {
      only(tenant.apis, ({ identifier }) => identifier === example).scopes.push('write:calendar')
      tenant.client_grants = [{ client_id: 'web', audience: example, scope: ['read:calendar'] }]
    })
    const request = { emulator, client: web }
    const fields = { grant_type: 'client_credentials', audience: example }
    expect((await requestToken(request, fields)).body.scope).toBe('read:calendar')
    const more = await requestToken(request, { ...fields, scope: 'write:calendar' })
    expect(more.body.error_description).toBe('Client has not been granted scopes: write:calendar')
    const { emulator: other } = await start((tenant) => {
      tenant.client_grants = []
    })
    const { status, body } = await requestToken({ emulator: other, client: web }, fields)
    expect(status).toBe(403)
    expect(body).toEqual({ ...refused(example), error: 'access_denied' })
  })
})

describe('A refresh for the My Account API', () => {
  const refused = {
    error: 'invalid_target',
    error_description: 'The requested audience is not authorized by the refresh token policy',
  }

  it('is refused where no MRRT policy has the audience', async () => {
    const { refresh, me } = await start((tenant) => {
      spaOf(tenant).refresh_token.policies = []
    })
    const { status, body } = await refresh(me)
    expect(status).toBe(400)
    expect(body).toEqual(refused)
  })

  it('is refused where the API does not let user consent be skipped', async () => {
    const { refresh, me } = await start((tenant) => {
      myAccountOf(tenant).skip_consent_for_verifiable_first_party_clients = false
    })
    const { status, body } = await refresh(me)
    expect(status).toBe(400)
    expect(body).toEqual(refused)
  })

  it('is refused to a client that is not first-party', async () => {
    const { emulator, login, me: audience } = await start(() => undefined)
    const { refresh_token = '' } = await loginWithCode(login)
    await manage(emulator, { path: '/clients/spa', body: { is_first_party: false } })
    const fields = { grant_type: 'refresh_token', refresh_token, audience }
    const { status, body } = await requestToken(login, fields)
    expect([status, body]).toEqual([400, refused])
  })

  it('is refused with the audience of another domain, such as the custom one', async () => {
    const { refresh, emulator } = await start(() => undefined)
    expect((await refresh('https://login.example.test/me/')).body).toEqual(refused)
    const { url } = await authorize(emulator, { audience: 'https://login.example.test/me/' })
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      error_description: 'Service not found: https://login.example.test/me/',
    })
  })

  it('is not possible after a login without offline_access', async () => {
    const { login } = await start(() => undefined)
    const tokens = await loginWithCode({ ...login, scope: 'openid profile' })
    expect(tokens).not.toHaveProperty('refresh_token')
  })
})

it('A token for the audience of another domain is invalid at the My Account API: 401', async () => {
  const custom = 'https://login.example.test/me/'
  const { login, call } = await start((tenant) => {
    tenant.apis.push({ ...myAccountOf(tenant), identifier: custom })
  })
  const { access_token } = await loginWithCode({
    ...login,
    audience: custom,
    scope: scopes[1] ?? '',
  })
  expect([claims(access_token).aud].flat()).toContain(custom)
  const response = await call('/accounts', access_token)
  expect(response.status).toBe(401)
  expect(await response.json()).toHaveProperty('type', 'https://auth0.com/api-errors/A0E-401-0003')
})

describe('A connection', () => {
  it.each([
    {
      name: 'without Connected Accounts',
      mistake: (tenant: Tenant) => {
        googleOf(tenant).connected_accounts.active = false
      },
    },
    {
      name: 'that is not enabled for the application',
      mistake: (tenant: Tenant) => {
        googleOf(tenant).enabled_clients = ['web']
      },
    },
  ])('$name is not found at connect, and not listed: 404', async ({ mistake }) => {
    const { myAccountToken, call } = await start(mistake)
    const token = await myAccountToken()
    const response = await call('/connect', token, connectRequest)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-404-0001',
      detail: 'The connection was not found',
    })
    const { connections } = await (await call('/connections', token)).json()
    expect(connections).toHaveLength(3)
  })

  it('without Connected Accounts is refused at the exchange: 400', async () => {
    const { exchange } = await start((tenant) => {
      googleOf(tenant).connected_accounts.active = false
    })
    const { status, body } = await exchange('google-oauth2')
    expect(status).toBe(400)
    expect(body.error_description).toBe('Token Vault is not enabled for the provided connection')
  })

  it('without offline_access connects, but there is nothing to exchange: 401', async () => {
    const { emulator, myAccountToken, call, exchange } = await start((tenant) => {
      const google = googleOf(tenant)
      google.scopes = google.scopes.filter((scope) => scope !== 'offline_access')
    })
    const token = await myAccountToken()
    const { auth_session, connect_uri, connect_params } = await (
      await call('/connect', token, connectRequest)
    ).json()
    const callback = await browse(
      (request) => fetch(request, { redirect: 'manual' }),
      `${connect_uri}?ticket=${connect_params.ticket}`,
      { stop: (url) => !url.startsWith(emulator.url) },
    )
    const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
    const body = { auth_session, connect_code, redirect_uri: redirectUri }
    expect((await call('/complete', token, body)).status).toBe(201)
    const answer = await exchange('google-oauth2')
    expect(answer.status).toBe(401)
    expect(answer.body.error).toBe('federated_connection_refresh_token_not_found')
  })
})

it('Refresh token rotation makes the exchange of a refresh token impossible: 400', async () => {
  const { exchange } = await start(({ clients }) => {
    only(clients, ({ client_id }) => client_id === 'web').refresh_token.rotation_type = 'rotating'
  })
  const { status, body } = await exchange('google-oauth2')
  expect(status).toBe(400)
  expect(body).toEqual({
    error: 'invalid_request',
    error_description: 'Token Vault needs refresh token rotation turned off',
  })
})

describe('A callback URL that is not allowed', () => {
  const others = (tenant: Tenant) => {
    spaOf(tenant).callbacks = ['http://localhost:3000/other']
  }

  it('ends a login on a page of the tenant that names it: 400', async () => {
    const { emulator } = await start(others)
    const { url, page } = await authorize(emulator, {})
    expect(url.origin).toBe(emulator.url)
    expect(page?.status).toBe(400)
    expect(page?.html).toContain(
      `Callback URL mismatch: ${redirectUri} is not in the list of allowed callback URLs`,
    )
  })

  it('is refused at connect: 400', async () => {
    const other = 'http://localhost:3001/callback'
    const { myAccountToken, call } = await start((tenant) => {
      spaOf(tenant).callbacks = [redirectUri]
    })
    const token = await myAccountToken()
    const response = await call('/connect', token, { ...connectRequest, redirect_uri: other })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-400-0001',
      detail: 'The redirect_uri is not an allowed callback URL of the application',
    })
  })
})

it('A client grant that is wrong is refused with its field', async () => {
  const grant = { client_id: 'spa', audience: example }
  const tenant = JSON.parse(JSON.stringify({ client_grants: [grant] }))
  await expect(createEmulator({ port: 0, tenant })).rejects.toThrow(
    "tenant/client_grants/0 must have required property 'scope'",
  )
})
