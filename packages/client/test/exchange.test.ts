import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clientAuthParameters } from '../src/tokens/client-authentication.js'
import {
  type ConnectionToken,
  type ExchangeConnectionTokenOptions,
  exchangeConnectionToken,
  signTokenVaultRequest,
} from '../src/tokens/token-vault.js'

const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const connection = 'google-oauth2'
const work = 'work@google.example'

type Change = Partial<ExchangeConnectionTokenOptions>

let emulator: Emulator
let privateKey: CryptoKey
let otherKey: CryptoKey
beforeAll(async () => {
  const { credential, ...own } = await createCredential('cred_own')
  privateKey = own.privateKey
  otherKey = (await createCredential('cred_other')).privateKey
  const tenant = tenantWithWeb(defaultTenant(), (web) => {
    web.credentials = [credential]
    web.client_authentication_methods = { private_key_jwt: { credentials: [{ id: 'cred_own' }] } }
    web.token_vault_privileged_access = {
      credentials: [{ id: 'cred_own' }],
      ip_allowlist: ['127.0.0.1', '::1'],
      grants: [{ connection, scopes: ['openid', calendar] }],
    }
  })
  emulator = await createEmulator({ port: 0, tenant })
})
beforeEach(async () => {
  emulator.reset()
  await emulator.seed([
    { user_id: 'auth0|alice', connection, emails: ['home@google.example', work] },
  ])
})
afterAll(() => emulator.close())

async function withAccessToken(change: Change = {}) {
  const { clientId, clientSecret, audience } = emulator.clients.api
  const login = { emulator, client: emulator.clients.spa, audience, scope: 'read:calendar' }
  return exchangeConnectionToken({
    domain: emulator.domain,
    clientId,
    clientAuth: { clientSecret },
    subjectToken: (await loginWithCode(login)).access_token,
    subjectTokenType: 'access_token',
    connection,
    ...change,
  })
}

async function withRefreshToken(change: Change = {}) {
  const clientId = 'web'
  const login = { emulator, client: { clientId } }
  const proof = await clientAuthParameters(emulator.url, clientId, { privateKey })
  return exchangeConnectionToken({
    domain: emulator.domain,
    clientId,
    clientAuth: { privateKey, kid: 'kid-of-cred_own' },
    subjectToken: (await loginWithCode(login, proof)).refresh_token ?? '',
    subjectTokenType: 'refresh_token',
    connection,
    ...change,
  })
}

async function withRequest(change: Change = {}, key = privateKey) {
  const client = { domain: emulator.domain, clientId: 'web' }
  const reason = { user: 'auth0|alice', auditContext: 'nightly sync' }
  return exchangeConnectionToken({
    ...client,
    clientAuth: { privateKey },
    subjectToken: await signTokenVaultRequest({ ...client, ...reason, privateKey: key }),
    subjectTokenType: 'jwt',
    connection,
    ...change,
  })
}

async function readCalendar({ accessToken }: ConnectionToken): Promise<number> {
  const url = `${emulator.url}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
  return (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).status
}

describe.for([
  ['an access token, by the client of the API', withAccessToken],
  ['a refresh token, by a client with a key', withRefreshToken],
  ['a signed request, by a privileged client', withRequest],
] as const)('An exchange of %s', ([, exchange]) => {
  test("gives the provider's token, which its API takes", async () => {
    const token = await exchange()
    expect(token.scopes).toContain(calendar)
    expect(token.expiresAt).toBeGreaterThan(Date.now())
    expect(await readCalendar(token)).toBe(200)
  })

  test('of a user without an account is connection_not_connected', async () => {
    emulator.reset()
    await expect(exchange()).rejects.toMatchObject({
      name: 'TokenError',
      code: 'connection_not_connected',
      status: 401,
    })
  })

  test('with a subject token that is none is invalid_grant', async () => {
    const error = exchange({ subjectToken: 'x.y.z' })
    await expect(error).rejects.toMatchObject({ code: 'invalid_grant', status: 401 })
  })
})

test('a login hint chooses among the accounts of a connection', async () => {
  const home = await withAccessToken({ loginHint: 'home@google.example' })
  expect((await withAccessToken({ loginHint: work })).accessToken).not.toBe(home.accessToken)
  const unknown = withAccessToken({ loginHint: 'nobody@google.example' })
  await expect(unknown).rejects.toMatchObject({ code: 'connection_not_connected' })
})

test('a privileged client may ask for fewer scopes, and not for more than it was granted', async () => {
  expect((await withRequest({ scopes: [calendar] })).scopes).toEqual([calendar])
  await expect(withRequest({ scopes: ['drive'] })).rejects.toMatchObject({ name: 'TokenError' })
})

test('a key that Auth0 does not have is refused, for the client as for its request', async () => {
  const stranger = withRefreshToken({ clientAuth: { privateKey: otherKey } })
  await expect(stranger).rejects.toMatchObject({ code: 'invalid_client', status: 401 })
  await expect(withRequest({}, otherKey)).rejects.toMatchObject({ code: 'invalid_grant' })
})
