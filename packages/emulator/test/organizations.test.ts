import { browse } from '@connected-accounts/testing/person/consent'
import {
  claims,
  type Login,
  logIn,
  loginWithCode,
  redirectUri,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type Organization } from '../src/index.js'
import { PKCE } from './context.js'
import { buttonsOf, logInThrough, visitAuthorize } from './third-party.js'

let emulator: Emulator
let login: Login
let me: string
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  me = `${emulator.url}/me/`
  login = { emulator, client: emulator.clients.spa, params: { organization: 'org_example' } }
})

const scope = 'openid create:me:connected_accounts read:me:connected_accounts'
const bob = { email: 'bob@example.test', password: 'password' }
const inOrganization = { org_id: 'org_example', org_name: 'example-organization' }

async function callMyAccount(path: string, token: string, body?: object) {
  const response = await fetch(`${emulator.url}/me/v1/connected-accounts${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

const request = {
  connection: 'acme',
  redirect_uri: redirectUri,
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
}

/** Connects an account with this token, and gives what complete answered. */
async function connect(token: string) {
  const { auth_session, connect_uri, connect_params } = (
    await callMyAccount('/connect', token, request)
  ).body
  const callback = await browse(
    (sent) => fetch(sent, { redirect: 'manual' }),
    `${connect_uri}?ticket=${connect_params.ticket}`,
    { stop: (url) => url.startsWith(redirectUri) },
  )
  return callMyAccount('/complete', token, {
    auth_session,
    connect_code: callback.searchParams.get('connect_code'),
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
  })
}

const tokenFor = async (params: Record<string, string>) =>
  (await loginWithCode({ ...login, audience: me, scope, params })).access_token

describe('A login with organization', () => {
  it.each(['org_example', 'example-organization'])(
    'as %s has org_id and org_name in ID token and access token',
    async (organization) => {
      const audience = 'https://api.example.test/'
      const tokens = await loginWithCode({ ...login, audience, params: { organization } })
      expect(claims(tokens.id_token)).toMatchObject(inOrganization)
      expect(claims(tokens.access_token)).toMatchObject(inOrganization)
    },
  )

  it('keeps them after a refresh, also for the My Account API (MRRT)', async () => {
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token, audience: me, scope }
    const { body } = await requestToken(login, fields)
    expect(claims(body.id_token)).toMatchObject(inOrganization)
    expect(claims(body.access_token)).toMatchObject({ aud: [me, expect.any(String)] })
    expect(claims(body.access_token)).toMatchObject(inOrganization)
  })

  it('says to which organization on the login page', async () => {
    expect((await visitAuthorize(login)).page?.html).toContain('Example Organization')
  })

  it('ends for a user who is no member in the callback with access_denied', async () => {
    const browser = createBrowser(emulator.url)
    await logIn({ ...login, user: bob, params: {} }, browser)
    const { url } = await visitAuthorize(login, { organization: 'org_example' }, browser)
    expect(url.origin + url.pathname).toBe(redirectUri)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      error_description: 'user auth0|bob is not part of the org_example organization',
      state: 'a-state',
    })
    const outside = await visitAuthorize({ ...login, params: {} }, { prompt: 'none' }, browser)
    expect(outside.url.searchParams.get('code')).toBeTruthy()
  })

  it('lets a member in where the session is of a user who is none, with prompt=login', async () => {
    const browser = createBrowser(emulator.url)
    await logIn({ ...login, user: bob, params: {} }, browser)
    const params = { organization: 'org_example', prompt: 'login' }
    expect((await logIn({ ...login, params }, browser)).code).toBeTruthy()
  })

  it('ends with invalid_request where there is no such organization', async () => {
    const { url } = await visitAuthorize(login, { organization: 'org_unknown' })
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'invalid_request',
      error_description: 'the organization was not found',
      state: 'a-state',
    })
  })
})

it('A login without organization has none in its tokens', async () => {
  const tokens = await loginWithCode({ ...login, audience: me, scope, params: {} })
  for (const token of [tokens.id_token, tokens.access_token]) {
    expect(claims(token)).not.toHaveProperty('org_id')
    expect(claims(token)).not.toHaveProperty('org_name')
  }
})

describe('An account connected in an organization', () => {
  it('has org_id in the list of the My Account API, organization_id in the Management API, and none at complete', async () => {
    const token = await tokenFor({ organization: 'org_example' })
    const { status, body } = await connect(token)
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('org_id')
    const { accounts } = (await callMyAccount('/accounts', token)).body
    expect(accounts).toMatchObject([{ id: body.id, org_id: 'org_example' }])
    const path = '/users/auth0%7Calice/connected-accounts'
    const { connected_accounts } = await (await manage(emulator, { path })).json()
    expect(connected_accounts).toMatchObject([{ id: body.id, organization_id: 'org_example' }])
  })

  it('is in the list of a token outside the organization too, and follows the last connect', async () => {
    await connect(await tokenFor({ organization: 'org_example' }))
    const outside = await tokenFor({})
    const list = async () => (await callMyAccount('/accounts', outside)).body.accounts
    expect(await list()).toMatchObject([{ org_id: 'org_example' }])
    await connect(outside)
    const [account, ...others] = await list()
    expect(account).not.toHaveProperty('org_id')
    expect(others).toEqual([])
  })

  it.each(['organization', 'org_id'])(
    'has it from the token: %s is no field of connect',
    async (field) => {
      const token = await tokenFor({ organization: 'org_example' })
      const { status } = await callMyAccount('/connect', token, {
        ...request,
        [field]: 'org_example',
      })
      expect(status).toBe(400)
    },
  )

  it('can be seeded', async () => {
    const seed = { user_id: 'auth0|alice', connection: 'acme', org_id: 'org_example' }
    expect(await emulator.seed(seed)).toMatchObject([{ org_id: 'org_example' }])
    const unknown = emulator.seed({ ...seed, org_id: 'org_unknown' })
    await expect(unknown).rejects.toThrow('seed/org_id is not an organization of the tenant')
    await expect(emulator.seed([{ ...seed, user_id: 'auth0|bob' }])).rejects.toThrow(
      'seed/0/user_id is not a member of the organization org_example',
    )
  })
})

describe('The organizations of a tenant', () => {
  const organization: Organization = {
    id: 'org_1',
    name: 'one',
    display_name: 'One',
    members: ['auth0|alice'],
  }
  const start = (organizations: Organization[]) =>
    createEmulator({ port: 0, tenant: { organizations } })

  it('may say with which connections their members log in', async () => {
    const other = await start([{ ...organization, connections: ['github'] }])
    const there = { emulator: other, client: other.clients.spa, params: { organization: 'org_1' } }
    const page = await visitAuthorize(there)
    const refused = await visitAuthorize(there, { connection: 'google-oauth2' })
    const browser = createBrowser(other.url)
    await logIn({ ...there, params: {} }, browser)
    const again = await visitAuthorize(there, { prompt: 'none' }, browser)
    const stranger = logInThrough(there, 'github')
    await expect(stranger).rejects.toThrow('is+not+part+of+the+org_1+organization')
    await other.close()
    expect(buttonsOf(page)).toEqual(['Continue with GitHub'])
    expect(page.page?.html).not.toContain('id="password"')
    expect(refused.url.searchParams.get('error')).toBe('invalid_request')
    expect(again.url.searchParams.get('error')).toBe('login_required')
  })

  it.each([
    [{ id: 'example' }, 'tenant/organizations/0/id must match pattern'],
    [{ name: 'org_1' }, 'tenant/organizations/0/name must match pattern'],
    [{ display_name: '' }, 'tenant/organizations/0/display_name'],
    [{ member: [] }, 'additional properties: member'],
  ])('must not be %j', async (change, message) => {
    await expect(start([{ ...organization, ...change }])).rejects.toThrow(message)
  })

  it('must not have an id or a name twice', async () => {
    const twice = start([organization, { ...organization, id: 'org_2' }])
    await expect(twice).rejects.toThrow('tenant/organizations must not have the name one twice')
  })
})
