import {
  authorizationUrl,
  claims,
  exchangeCode,
  type Login,
  loginWithCode,
  requestToken,
  type TokenAnswer,
} from '@connected-accounts/testing/person/login'
import {
  type Browser,
  createBrowser,
  type Visit,
} from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { generateKeyPair } from 'dpop'
import { setupServer } from 'msw/node'
import { Secret, TOTP } from 'otpauth'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  createEmulator,
  defaultTenant,
  type Emulator,
  MFA_OTP_GRANT,
  type Tenant,
} from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'

const secret = 'JBSWY3DPEHPK3PXP'
const otp = (timestamp = Date.now()) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
const factor = { id: 'totp|dev_alice', type: 'totp' as const, totp_secret: secret, name: 'Phone' }
const verifier = 'v'.repeat(43)
const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
const unmet = {
  error: 'unmet_authentication_requirements',
  error_description: 'The user does not meet the policy of the My Account API',
}

let emulator: Emulator
let login: Login
let me: string

/** Starts an emulator whose policy is enforced, and in which Alice has an authenticator app and Bob has none. */
async function start(change: (tenant: Tenant) => void = () => undefined): Promise<void> {
  const tenant = defaultTenant()
  for (const user of tenant.users) {
    if (user.user_id === 'auth0|alice') user.authentication_methods = [factor]
  }
  change(tenant)
  emulator = await createEmulator({ port: 0, tenant })
  onTestFinished(() => emulator.close())
  emulator.switches.set({ myAccountPolicy: 'enforced' })
  me = `${emulator.url}/me/`
  login = { emulator, client: emulator.clients.spa }
}

/** Logs in with the password, and returns what comes next. */
async function enterPassword(
  browser: Browser,
  { email = 'alice@example.test', ...params }: Record<string, string> = {},
): Promise<Visit> {
  const url = authorizationUrl({ ...login, verifier, params: { audience: me, ...params } })
  return browser.submit(await browser.visit(url), { username: email, password: 'password' })
}

/** Logs in for the My Account API, with a one-time password. */
async function logInWithOtp(browser: Browser): Promise<TokenAnswer['body']> {
  const { url } = await browser.submit(await enterPassword(browser), { code: otp() })
  const code = url.searchParams.get('code') ?? ''
  return (await exchangeCode({ ...login, code, verifier })).body
}

const refresh = (refresh_token: string | undefined, fields: Record<string, string> = {}) =>
  requestToken(login, {
    grant_type: 'refresh_token',
    refresh_token: refresh_token ?? '',
    audience: me,
    ...fields,
  })

interface MfaAnswer extends TokenAnswer {
  body: TokenAnswer['body'] & { mfa_token?: string; mfa_requirements?: object }
}

/** A refresh that is refused, because the login had no second factor. */
async function refuseRefresh(): Promise<{ mfa_token: string; refresh_token: string }> {
  const { refresh_token = '' } = await loginWithCode(login)
  const { body }: MfaAnswer = await refresh(refresh_token)
  return { mfa_token: body.mfa_token ?? '', refresh_token }
}

const verify = (mfa_token: string, fields: Record<string, string> = {}) =>
  requestToken(login, { grant_type: MFA_OTP_GRANT, mfa_token, otp: otp(), ...fields })

beforeEach(() => start())

describe('A login for the My Account API whose Default Policy is enforced', () => {
  it('asks for a one-time password, which its page shows', async () => {
    const browser = createBrowser(emulator.url)
    const page = await enterPassword(browser)
    expect(page.url.pathname).toMatch(/^\/u\/mfa-otp-challenge\//)
    expect(page.page?.html).toContain('Verify your identity')
    const [, shown = ''] = /app shows <code>(\d{6})<\/code>/.exec(page.page?.html ?? '') ?? []
    const { url } = await browser.submit(page, { code: shown })
    expect(url.searchParams.get('code')).toEqual(expect.any(String))
  })

  it('shows a one-time password that was not used before', async () => {
    for (let logins = 0; logins < 2; logins += 1) {
      const browser = createBrowser(emulator.url)
      const page = await enterPassword(browser)
      const [, shown = ''] = /app shows <code>(\d{6})<\/code>/.exec(page.page?.html ?? '') ?? []
      const { url } = await browser.submit(page, { code: shown })
      expect(url.searchParams.get('code')).toEqual(expect.any(String))
    }
  })

  it('asks again if the one-time password is wrong', async () => {
    const browser = createBrowser(emulator.url)
    const wrong = String((Number(otp()) + 1) % 1_000_000).padStart(6, '0')
    const again = await browser.submit(await enterPassword(browser), { code: wrong })
    expect(again.page?.status).toBe(400)
    expect(again.page?.html).toContain('Wrong one-time password')
    const { url } = await browser.submit(again, { code: otp() })
    expect(url.searchParams.get('code')).toEqual(expect.any(String))
  })

  it('has amr and acr in its ID token, and a silent login and a refresh have not', async () => {
    const browser = createBrowser(emulator.url)
    const { id_token, refresh_token } = await logInWithOtp(browser)
    expect(claims(id_token)).toMatchObject({ amr: ['mfa'], acr: multiFactor })
    const silent = authorizationUrl({
      ...login,
      verifier,
      params: { audience: me, prompt: 'none' },
    })
    const code = (await browser.visit(silent)).url.searchParams.get('code') ?? ''
    const silently = await exchangeCode({ ...login, code, verifier })
    const refreshed = await refresh(refresh_token, { scope: 'openid' })
    for (const { status, body } of [silently, refreshed]) {
      expect(status).toBe(200)
      expect(claims(body.id_token)).not.toHaveProperty('amr')
      expect(claims(body.id_token)).not.toHaveProperty('acr')
    }
  })

  it('asks nobody within 15 minutes, and again after them', async () => {
    const browser = createBrowser(emulator.url)
    await logInWithOtp(browser)
    const url = authorizationUrl({ ...login, verifier, params: { audience: me } })
    emulator.clock.advance(14 * 60)
    expect((await browser.visit(url)).page).toBeUndefined()
    emulator.clock.advance(60)
    expect((await browser.visit(url)).url.pathname).toMatch(/^\/u\/mfa-otp-challenge\//)
  })

  it('sends a silent login back with the login_required of which SDKs know that it is about MFA', async () => {
    const browser = createBrowser(emulator.url)
    await enterPassword(browser, { audience: 'https://api.example.test/' })
    const silent = authorizationUrl({
      ...login,
      verifier,
      params: { audience: me, prompt: 'none' },
    })
    const { url } = await browser.visit(silent)
    expect(url.searchParams.get('error')).toBe('login_required')
    expect(url.searchParams.get('error_description')).toBe('Multifactor authentication required')
  })

  it('sends a user without a second factor back, also with prompt=none', async () => {
    const browser = createBrowser(emulator.url)
    const email = 'bob@example.test'
    await enterPassword(browser, { audience: 'https://api.example.test/', email })
    for (const prompt of ['none', 'login']) {
      const url = authorizationUrl({ ...login, verifier, params: { audience: me, prompt } })
      const visit = await browser.visit(url)
      const last = visit.page
        ? await browser.submit(visit, { username: email, password: 'password' })
        : visit
      expect(Object.fromEntries(last.url.searchParams)).toMatchObject(unmet)
    }
  })

  it('asks the next user of the same browser, too', async () => {
    const bob = { ...factor, id: 'totp|dev_bob' }
    const users = emulator.users.map((user) => ({ ...user, authentication_methods: [bob] }))
    emulator.tenant.set({ users })
    const browser = createBrowser(emulator.url)
    await logInWithOtp(browser)
    const again = await enterPassword(browser, { email: 'bob@example.test', prompt: 'login' })
    // oidc-provider's page that ends the session of the other user.
    const next = await browser.submit(again, {})
    expect(next.url.pathname).toMatch(/^\/u\/mfa-otp-challenge\//)
  })

  it('asks for nothing at a login for another API, or without one', async () => {
    await loginWithCode(login)
    await loginWithCode({ ...login, audience: 'https://api.example.test/' })
  })

  it('refuses a blocked user before it asks for a one-time password', async () => {
    const users = emulator.users.map((user) => ({ ...user, blocked: true }))
    emulator.tenant.set({ users })
    const { url } = await enterPassword(createBrowser(emulator.url))
    expect(url.searchParams.get('error_description')).toBe('user is blocked')
  })
})

describe('A refresh for the My Account API whose Default Policy is enforced', () => {
  it('is refused with 403 mfa_required, an mfa_token and the factors that would do', async () => {
    const { refresh_token } = await loginWithCode(login)
    const { status, body } = await refresh(refresh_token)
    expect([status, body]).toEqual([
      403,
      {
        error: 'mfa_required',
        error_description: 'Multifactor authentication required',
        mfa_token: expect.stringMatching(/^\w{64}$/),
        mfa_requirements: { challenge: [{ type: 'otp' }] },
      },
    ])
    expect((await refresh(refresh_token, { audience: 'https://api.example.test/' })).status).toBe(
      200,
    )
  })

  it('needs none within 15 minutes of the one at the login', async () => {
    const { refresh_token } = await logInWithOtp(createBrowser(emulator.url))
    emulator.clock.advance(14 * 60)
    expect((await refresh(refresh_token)).status).toBe(200)
    emulator.clock.advance(60)
    expect((await refresh(refresh_token)).body.error).toBe('mfa_required')
  })

  it('is refused with unmet_authentication_requirements for a user without a second factor', async () => {
    const user = { email: 'bob@example.test', password: 'password' }
    const { refresh_token } = await loginWithCode({ ...login, user })
    expect(await refresh(refresh_token)).toMatchObject({ status: 403, body: unmet })
  })

  it('uses up a rotating refresh token, and the grant with the one-time password rotates it', async () => {
    await start(({ clients }) => {
      for (const client of clients) client.refresh_token.rotation_type = 'rotating'
    })
    const { mfa_token, refresh_token } = await refuseRefresh()
    const { body } = await verify(mfa_token)
    expect(body.refresh_token).not.toBe(refresh_token)
    expect((await refresh(body.refresh_token)).status).toBe(200)
    expect(emulator.refreshTokenReuses).toBe(0)
    const other = await refuseRefresh()
    expect((await refresh(other.refresh_token)).body.error).toBe('invalid_grant')
    expect(emulator.refreshTokenReuses).toBe(1)
  })
})

describe('The grant mfa-otp', () => {
  it('returns what the refused refresh asked for, and later refreshes need no second factor for 15 minutes', async () => {
    const { refresh_token } = await loginWithCode(login)
    const scope = 'openid read:me:connected_accounts'
    const { body: refused }: MfaAnswer = await refresh(refresh_token, { scope })
    const { status, body } = await verify(refused.mfa_token ?? '')
    expect(status).toBe(200)
    expect(body.scope).toBe(scope)
    expect(claims(body.access_token).aud).toEqual([me, `${emulator.url}/userinfo`])
    expect(claims(body.id_token)).not.toHaveProperty('amr')
    expect(body.refresh_token).toBe(refresh_token)
    emulator.clock.advance(14 * 60)
    expect((await refresh(refresh_token)).status).toBe(200)
    emulator.clock.advance(60)
    expect((await refresh(refresh_token)).status).toBe(403)
  })

  it.each([
    ['a wrong one-time password', { otp: '000000x' }, 'Invalid otp_code.'],
    ['an unknown mfa_token', { mfa_token: 'unknown' }, 'Malformed mfa_token'],
  ])('refuses %s with 403 invalid_grant', async (_what, fields, error_description) => {
    const { mfa_token } = await refuseRefresh()
    const { status, body } = await verify(mfa_token, fields)
    expect([status, body]).toEqual([403, { error: 'invalid_grant', error_description }])
    expect((await verify(mfa_token)).status).toBe(200)
  })

  it('takes an mfa_token once, for ten minutes, and from its own client', async () => {
    const { mfa_token } = await refuseRefresh()
    const other = await requestToken(
      { emulator, client: emulator.clients.web },
      { grant_type: MFA_OTP_GRANT, mfa_token, otp: otp() },
    )
    expect(other.body.error_description).toBe('Malformed mfa_token')
    expect((await verify(mfa_token)).status).toBe(200)
    expect((await verify(mfa_token)).body.error_description).toBe('Malformed mfa_token')
    emulator.clock.advance(15 * 60)
    const late = await refuseRefresh()
    emulator.clock.advance(600)
    const { status, body } = await verify(late.mfa_token)
    const expired = { error: 'expired_token', error_description: 'mfa_token is expired' }
    expect([status, body]).toEqual([401, expired])
  })

  it('gives one of two simultaneous requests the tokens', async () => {
    const { mfa_token } = await refuseRefresh()
    const answers = await Promise.all([verify(mfa_token), verify(mfa_token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
  })

  it('takes a one-time password once, until the next one, also for another login (RFC 6238 §5.2)', async () => {
    const [password, next] = [otp(), otp(Date.now() + 30_000)]
    const [first, second] = [await refuseRefresh(), await refuseRefresh()]
    expect((await verify(first.mfa_token, { otp: password })).status).toBe(200)
    const { status, body } = await verify(second.mfa_token, { otp: password })
    const refused = { error: 'invalid_grant', error_description: 'Invalid otp_code.' }
    expect([status, body]).toEqual([403, refused])
    expect((await verify(second.mfa_token, { otp: next })).status).toBe(200)
  })

  it('takes a one-time password again after a reset', async () => {
    const password = otp()
    const { mfa_token } = await refuseRefresh()
    expect((await verify(mfa_token, { otp: password })).status).toBe(200)
    emulator.reset()
    emulator.switches.set({ myAccountPolicy: 'enforced' })
    const after = await refuseRefresh()
    expect((await verify(after.mfa_token, { otp: password })).status).toBe(200)
  })

  it('needs the key of a refresh token that is bound to one', async () => {
    const dpop = await generateKeyPair('ES256')
    const { refresh_token = '' } = await loginWithCode({ ...login, dpop })
    const fields = { grant_type: 'refresh_token', refresh_token, audience: me }
    const { body }: MfaAnswer = await requestToken({ ...login, dpop }, fields)
    const { mfa_token = '' } = body
    const grant = { grant_type: MFA_OTP_GRANT, mfa_token, otp: otp() }
    const stolen = await requestToken({ ...login, dpop: await generateKeyPair('ES256') }, grant)
    expect([stolen.status, stolen.body.error]).toEqual([403, 'invalid_grant'])
    const verified = await requestToken({ ...login, dpop }, grant)
    expect(verified.body.token_type).toBe('DPoP')
    expect(claims(verified.body.access_token)).toHaveProperty('cnf.jkt')
  })

  it('is refused to a client that has no such grant type', async () => {
    await start(({ clients }) => {
      for (const client of clients) {
        client.grant_types = client.grant_types.filter((grant) => grant !== MFA_OTP_GRANT)
      }
    })
    const { mfa_token } = await refuseRefresh()
    expect(mfa_token).not.toBe('')
    expect(await verify(mfa_token)).toMatchObject({
      status: 403,
      body: { error: 'unauthorized_client' },
    })
  })
})

describe('The MFA API', () => {
  const headers = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
  const list = (token: string) =>
    fetch(`${emulator.url}/mfa/authenticators`, {
      headers: { ...headers, authorization: `Bearer ${token}` },
    })
  const challenge = (body: object) =>
    fetch(`${emulator.url}/mfa/challenge`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ client_id: 'spa', challenge_type: 'otp', ...body }),
    })

  it('lists the authenticators of the user, to pages of allowed origins', async () => {
    const { mfa_token } = await refuseRefresh()
    const response = await list(mfa_token)
    expect(response.headers.get('access-control-allow-origin')).toBe(headers.origin)
    expect(await response.json()).toEqual([
      { id: factor.id, authenticator_type: 'otp', active: true, name: 'Phone', type: 'otp' },
    ])
    const preflight = await fetch(`${emulator.url}/mfa/challenge`, {
      method: 'OPTIONS',
      headers: { origin: headers.origin, 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    const foreign = await fetch(`${emulator.url}/mfa/challenge`, {
      method: 'OPTIONS',
      headers: { origin: 'https://foreign.test' },
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('accepts a challenge for a one-time password', async () => {
    const { mfa_token } = await refuseRefresh()
    const response = await challenge({ mfa_token, authenticator_id: factor.id })
    expect([response.status, await response.json()]).toEqual([200, { challenge_type: 'otp' }])
  })

  it.each([
    [{ mfa_token: 'unknown' }, 403, 'invalid_grant'],
    [{ client_id: 'web' }, 403, 'invalid_grant'],
    [{ challenge_type: 'oob' }, 403, 'unsupported_challenge_type'],
    [{ authenticator_id: 'totp|dev_other' }, 400, 'invalid_request'],
  ])('refuses a challenge with %j', async (change, status, error) => {
    const { mfa_token } = await refuseRefresh()
    const response = await challenge({ mfa_token, ...change })
    expect(response.status).toBe(status)
    expect((await response.json()).error).toBe(error)
  })

  it('refuses a list without a token, and a body that is not JSON', async () => {
    const listed = await fetch(`${emulator.url}/mfa/authenticators`)
    expect([listed.status, (await listed.json()).error]).toEqual([401, 'access_denied'])
    expect((await list('unknown')).status).toBe(403)
    const body = '{'
    const sent = await fetch(`${emulator.url}/mfa/challenge`, { method: 'POST', headers, body })
    expect([sent.status, (await sent.json()).error]).toEqual([400, 'invalid_request'])
  })
})

describe('The secret of a second factor', () => {
  it('is in no answer of the Management API, and in no request of the record', async () => {
    const { mfa_token } = await refuseRefresh()
    await verify(mfa_token)
    const user = await (await manage(emulator, { path: '/users/auth0%7Calice' })).text()
    const record = await (await fetch(`${emulator.url}/_emulator/requests`)).text()
    for (const text of [user, record]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(mfa_token)
    }
  })

  it('must be base32, and is refused by the name of its field and not shown', async () => {
    const { users } = defaultTenant()
    const [alice] = users
    if (alice) alice.authentication_methods = [{ ...factor, totp_secret: 'not base32' }]
    const refused = createEmulator({ port: 0, tenant: { users } })
    await expect(refused).rejects.toThrow('tenant/users/0/authentication_methods/0/totp_secret')
    await expect(refused).rejects.not.toThrow('not base32')
  })
})

it('reset() forgets the mfa_tokens', async () => {
  const { mfa_token } = await refuseRefresh()
  emulator.reset()
  expect((await verify(mfa_token)).body.error_description).toBe('Malformed mfa_token')
})

it('Behind msw, a user with a second factor meets the policy, and a user without one does not', async () => {
  const { users } = emulator.tenant.get()
  const behind = await createMswEmulator({ tenant: { users } })
  behind.switches.set({ myAccountPolicy: 'enforced' })
  const server = setupServer(...behind.handlers)
  server.listen()
  onTestFinished(() => server.close())
  const answers = ['auth0|alice', 'auth0|bob'].map(async (user_id) => {
    const refresh_token = behind.issueRefreshToken({ user_id })
    const audience = `${behind.url}/me/`
    const fields = { grant_type: 'refresh_token', client_id: 'spa', refresh_token, audience }
    const body = new URLSearchParams(fields)
    const response = await fetch(`${behind.url}/oauth/token`, { method: 'POST', body })
    return [response.status, (await response.json()).error]
  })
  expect(await Promise.all(answers)).toEqual([
    [200, undefined],
    [403, 'unmet_authentication_requirements'],
  ])
})
