import { claims, type Login, logIn, redirectUri } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createTestBed } from './context.js'
import { answerConsent, buttonsOf, logInThrough, visitAuthorize } from './third-party.js'

let emulator: Emulator
let login: Login
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa }
})

const people = ['A Log in as Alice alice@example.test', 'B Log in as Bob bob@example.test']
const google = { connection: 'google-oauth2' }
const userOf = async (id: string) =>
  (await manage(emulator, { path: `/users/${encodeURIComponent(id)}` })).json()
const errorOf = ({ url }: { url: URL }) => ({
  at: url.origin + url.pathname,
  error: url.searchParams.get('error'),
  error_description: url.searchParams.get('error_description'),
  state: url.searchParams.get('state'),
})

describe('The login page', () => {
  it('has the form, and a button for each connection that people log in with', async () => {
    const visit = await visitAuthorize(login)
    const names = ['Google', 'GitHub', 'Example Company']
    const others = names.map((name) => `Continue with ${name}`)
    expect(buttonsOf(visit)).toEqual([...people, 'Continue', ...others])
    expect(visit.page?.html).toContain('id="username"')
  })

  it('leads by its button to the third party, and from there back to the application', async () => {
    const browser = createBrowser(emulator.url)
    const page = await visitAuthorize(login, {}, browser)
    const consent = await browser.submit(page, { connection: 'github' })
    expect(consent.url.pathname).toBe('/upstream/github/authorize')
    const { url } = await answerConsent(browser, consent)
    expect(url.href).toMatch(`${redirectUri}?code=`)
    expect(url.searchParams.get('state')).toBe('a-state')
  })

  it('has the form alone for Username-Password-Authentication', async () => {
    const visit = await visitAuthorize(login, { connection: 'Username-Password-Authentication' })
    expect(buttonsOf(visit)).toEqual([...people, 'Continue'])
    const params = { connection: 'Username-Password-Authentication' }
    expect((await logIn({ ...login, params })).code).toBeTruthy()
  })

  it('takes no connection that it does not offer', async () => {
    const browser = createBrowser(emulator.url)
    const page = await visitAuthorize(login, {}, browser)
    const answer = await browser.submit(page, { connection: 'acme' })
    expect(answer.page?.status).toBe(400)
  })

  it('has no button for a connection that is not enabled for the client', async () => {
    await manage(emulator, {
      path: '/connections/con_google/clients',
      body: [{ client_id: 'spa', status: false }],
    })
    expect(buttonsOf(await visitAuthorize(login))).not.toContain('Continue with Google')
    const web = { ...login, client: emulator.clients.web }
    expect(buttonsOf(await visitAuthorize(web))).toContain('Continue with Google')
    const refused = await visitAuthorize(login, google)
    expect(errorOf(refused)).toMatchObject({ at: redirectUri, error: 'invalid_request' })
  })
})

describe('connection at /authorize', () => {
  it('goes straight to the third party, with the login_hint', async () => {
    const login_hint = 'carol@example.test'
    const { url, page } = await visitAuthorize(login, { ...google, login_hint })
    expect(url.pathname).toBe('/upstream/google-oauth2/authorize')
    expect(url.searchParams.get('login_hint')).toBe(login_hint)
    expect(page?.html).toContain('value="carol@example.test" required checked')
  })

  it.each([
    ['stranger', 'the connection was not found'],
    ['acme', 'the connection is not enabled for the client'],
  ])('ends for %s in the callback with "%s"', async (connection, error_description) => {
    expect(errorOf(await visitAuthorize(login, { connection }))).toEqual({
      at: redirectUri,
      error: 'invalid_request',
      error_description,
      state: 'a-state',
    })
  })

  it('asks again where the session is of a login with another connection', async () => {
    const browser = createBrowser(emulator.url)
    await logIn(login, browser)
    const silent = await visitAuthorize(login, { ...google, prompt: 'none' }, browser)
    expect(silent.url.searchParams.get('error')).toBe('login_required')
    const consent = await visitAuthorize(login, google, browser)
    expect(consent.url.pathname).toBe('/upstream/google-oauth2/authorize')
  })

  it('is content with a session of the same connection, until prompt=login', async () => {
    const browser = createBrowser(emulator.url)
    await answerConsent(browser, await visitAuthorize(login, google, browser))
    const again = await visitAuthorize(login, { ...google, prompt: 'none' }, browser)
    expect(again.url.searchParams.get('code')).toBeTruthy()
    const asked = await visitAuthorize(login, { ...google, prompt: 'login' }, browser)
    expect(asked.url.pathname).toBe('/upstream/google-oauth2/authorize')
  })
})

describe('A login at a third party', () => {
  it('makes a user of the tenant at the first time, and is that user later', async () => {
    const first = await logInThrough(login, 'github')
    expect(first.userId).toMatch(/^github\|\w/)
    expect(claims(first.id_token)).toMatchObject({ name: 'Alice', email: 'alice@github.example' })
    expect((await logInThrough(login, 'github')).userId).toBe(first.userId)
    const work = { account: 'alice.work@github.example' }
    expect((await logInThrough(login, 'github', work)).userId).not.toBe(first.userId)
  })

  it('is of an enterprise user, named after the connection, at the identity provider of a company', async () => {
    const { userId } = await logInThrough(login, 'example-company')
    expect(userId).toMatch(/^oidc\|example-company\|\w+$/)
    expect((await userOf(userId)).identities).toEqual([
      {
        connection: 'example-company',
        user_id: userId.replace('oidc|', ''),
        provider: 'oidc',
        isSocial: false,
      },
    ])
  })

  it('comes back to the application as access_denied with its state where consent is refused', async () => {
    const browser = createBrowser(emulator.url)
    const consent = await visitAuthorize(login, google, browser)
    const refused = await answerConsent(browser, consent, { decision: 'cancel' })
    expect(errorOf(refused)).toEqual({
      at: redirectUri,
      error: 'access_denied',
      error_description: 'The user denied the request',
      state: 'a-state',
    })
    const silent = await visitAuthorize(login, { prompt: 'none' }, browser)
    expect(silent.url.searchParams.get('error')).toBe('login_required')
  })

  it('goes on in no other browser than the one that began it', async () => {
    const browser = createBrowser(emulator.url)
    const consent = await visitAuthorize(login, google, browser)
    const { page, url } = await answerConsent(createBrowser(emulator.url), consent)
    expect([page?.status, url.origin]).toEqual([400, emulator.url])
    expect(page?.html).toContain('log in again')
  })

  it('refreshes, has userinfo, and connects accounts like any user', async () => {
    const { userId, refresh_token = '' } = await logInThrough(login, 'github')
    const fields = { grant_type: 'refresh_token', refresh_token }
    const { url, clients } = emulator
    const answer = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, client_id: clients.spa.clientId }),
    })
    const { access_token, id_token } = await answer.json()
    expect(claims(id_token).sub).toBe(userId)
    const headers = { authorization: `Bearer ${access_token}` }
    const userinfo = await (await fetch(`${url}/userinfo`, { headers })).json()
    expect(userinfo).toMatchObject({ sub: userId, email: 'alice@github.example' })
    await emulator.seed({ user_id: userId, connection: 'acme' })
    expect((await userOf(userId)).connected_accounts).toMatchObject([{ connection: 'acme' }])
  })

  it('is forgotten by reset', async () => {
    const { userId } = await logInThrough(login, 'github')
    emulator.reset()
    expect(await userOf(userId)).toMatchObject({ statusCode: 404 })
    expect(emulator.users).toHaveLength(2)
  })

  it('ends on a page where nobody left with the state that came back', async () => {
    const answer = await fetch(`${emulator.url}/login/callback?state=unknown&code=x`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('does not belong to a login')
  })
})

it('The users that came by a login are 10 000 at most; the oldest are forgotten', async () => {
  const { context } = await createTestBed()
  const [connection] = context.tenant.connections
  if (!connection) throw new Error('The default tenant has no connection')
  const logInAs = (subject: string) => context.users.logIn(connection, { subject }).user_id
  const first = logInAs('first')
  for (let number = 1; number < 10_000; number += 1) logInAs(String(number))
  expect(context.users.find(first)).toBeDefined()
  logInAs('last')
  expect(context.users.find(first)).toBeUndefined()
  expect(context.users.find('google-oauth2|last')).toBeDefined()
})
