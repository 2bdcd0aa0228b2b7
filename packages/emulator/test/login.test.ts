import {
  authorizationUrl,
  claims,
  exchangeCode,
  type Login,
  logIn,
  loginWithCode,
  redirectUri,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

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

const verifier = 'v'.repeat(43)
const bob = { email: 'bob@example.test', password: 'password' }
const visit = (params: Record<string, string> = {}, browser = createBrowser(emulator.url)) =>
  browser.visit(authorizationUrl({ ...login, verifier, params }))

describe('A login with openid-client', () => {
  it('completes discovery, code with PKCE, userinfo and refresh', async () => {
    const { clientId, clientSecret } = emulator.clients.web
    const options = { execute: [client.allowInsecureRequests] }
    const config = await client.discovery(
      new URL(emulator.url),
      clientId,
      clientSecret,
      undefined,
      options,
    )
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: 's',
      nonce: 'n',
    })
    const browser = createBrowser(emulator.url)
    const page = await browser.visit(url)
    const person = { username: 'alice@example.test', password: 'password' }
    const { url: callback } = await browser.submit(page, person)
    const checks = { pkceCodeVerifier, expectedState: 's', expectedNonce: 'n' }
    const tokens = await client.authorizationCodeGrant(config, callback, checks)
    const idToken = tokens.claims()
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'auth0|alice')
    expect(userinfo).toMatchObject({ name: 'Alice', email: 'alice@example.test' })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.refresh_token).toBe(tokens.refresh_token)
    expect(refreshed.claims()).toMatchObject({ sub: 'auth0|alice', sid: idToken?.sid })
  })
})

describe('The tokens of a login', () => {
  it('are an RS256 ID token by a key of the JWKS with iss, aud, nonce, sid, profile and email (OIDC Core §2)', async () => {
    const { id_token = '' } = await loginWithCode(login)
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', emulator.url))
    const options = { issuer: `${emulator.url}/`, audience: 'spa', algorithms: ['RS256'] }
    const { payload } = await jwtVerify(id_token, keys, options)
    expect(payload).toMatchObject({
      sub: 'auth0|alice',
      nonce: 'a-nonce',
      sid: expect.any(String),
      name: 'Alice',
      email: 'alice@example.test',
      email_verified: true,
    })
  })

  it('are a JWT access token with iss, sub, aud, scope and azp where an audience was asked for', async () => {
    const audience = `${emulator.url}/me/`
    const scope = 'openid read:me:connected_accounts unknown:scope'
    const tokens = await loginWithCode({ ...login, audience, scope })
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    expect(tokens.scope).toBe('openid read:me:connected_accounts')
    expect(claims(tokens.access_token)).toMatchObject({
      iss: `${emulator.url}/`,
      sub: 'auth0|alice',
      aud: [audience, `${emulator.url}/userinfo`],
      scope: tokens.scope,
      azp: 'spa',
    })
  })

  it('are an opaque access token for userinfo where no audience was asked for', async () => {
    const tokens = await loginWithCode({ ...login, scope: 'openid email read:calendar' })
    expect(tokens.access_token).not.toContain('.')
    expect(tokens.scope).toBe('openid email')
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const response = await fetch(`${emulator.url}/userinfo`, { headers })
    expect(await response.json()).toEqual({
      sub: 'auth0|alice',
      email: 'alice@example.test',
      email_verified: true,
    })
  })

  it('have a refresh token only with offline_access (OIDC Core §11)', async () => {
    expect(await loginWithCode(login)).toHaveProperty('refresh_token')
    const without = await loginWithCode({ ...login, scope: 'openid profile email' })
    expect(without).not.toHaveProperty('refresh_token')
  })
})

describe('The login page', () => {
  it('has labelled inputs #username and #password and the button Continue', async () => {
    const { page } = await visit({ login_hint: 'bob@example.test' })
    expect(page?.status).toBe(200)
    expect(page?.html).toMatch(/<label for="username">/)
    expect(page?.html).toMatch(/<input id="username"[^>]* value="bob@example.test"/s)
    expect(page?.html).toMatch(/<label for="password">/)
    expect(page?.html).toMatch(/<input id="password"[^>]* type="password"/)
    expect(page?.html).toContain('>Continue</button>')
    expect(page?.html).toContain('This is the login page of the emulator, not of Auth0.')
  })

  it('answers a wrong password with an alert, and keeps the username', async () => {
    const browser = createBrowser(emulator.url)
    const wrong = { username: '"alice@example.test', password: 'wrong' }
    const { page } = await browser.submit(await visit({}, browser), wrong)
    expect(page?.status).toBe(400)
    expect(page?.html).toContain('role="alert"')
    expect(page?.html).toContain('value="&quot;alice@example.test"')
  })

  it('lets the person try again after a wrong password', async () => {
    const browser = createBrowser(emulator.url)
    const wrong = { username: 'alice@example.test', password: 'wrong' }
    const again = await browser.submit(await visit({}, browser), wrong)
    const { url } = await browser.submit(again, { ...wrong, password: 'password' })
    expect(url.searchParams.get('code')).toBeTruthy()
  })

  it('says so where the login is over', async () => {
    const { url } = await visit()
    const response = await fetch(url)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('log in again')
  })
})

describe('The session', () => {
  it('spares the next login the password', async () => {
    const browser = createBrowser(emulator.url)
    await logIn(login, browser)
    const { url } = await visit({}, browser)
    expect(url.searchParams.get('code')).toBeTruthy()
  })

  it('is kept apart from that of an emulator on another port', async () => {
    const { page } = await visit()
    expect(page?.headers.get('set-cookie') ?? '').not.toContain('emulator_4400')
    const browser = createBrowser(emulator.url)
    const callback = await browser.submit(await visit({}, browser), {
      username: bob.email,
      password: bob.password,
    })
    expect(callback.url.searchParams.get('code')).toBeTruthy()
  })

  it('passes to another user with prompt=login', async () => {
    const browser = createBrowser(emulator.url)
    await logIn(login, browser)
    const change = { ...login, user: bob, params: { prompt: 'login' } }
    const { code, verifier } = await logIn(change, browser)
    const { body } = await exchangeCode({ ...login, code, verifier })
    expect(claims(body.id_token).sub).toBe('auth0|bob')
  })
})

describe('/authorize', () => {
  it('answers prompt=none without a session with login_required (OIDC Core §3.1.2.6)', async () => {
    const { url } = await visit({ prompt: 'none' })
    expect(url.searchParams.get('error')).toBe('login_required')
    expect(url.searchParams.get('state')).toBe('a-state')
  })

  it('posts the answer to the opener with response_mode=web_message', async () => {
    const browser = createBrowser(emulator.url)
    await logIn(login, browser)
    const { page } = await visit({ prompt: 'none', response_mode: 'web_message' }, browser)
    expect(page?.html).toMatch(/type: 'authorization_response'/)
    expect(page?.html).toMatch(/"code":"[\w-]+"/)
    expect(page?.headers.get('x-frame-options')).toBeNull()
  })

  it('answers an unknown audience with access_denied and its name', async () => {
    const { url } = await visit({ audience: 'https://unknown.example.test/' })
    expect(url.origin + url.pathname).toBe(redirectUri)
    expect(url.searchParams.get('error')).toBe('access_denied')
    expect(url.searchParams.get('error_description')).toBe(
      'Service not found: https://unknown.example.test/',
    )
  })

  it('takes the parameters of Auth0 SDKs that mean nothing here', async () => {
    const params = { auth0Client: 'e30=', screen_hint: 'signup', ui_locales: 'de' }
    const { code } = await logIn({ ...login, params })
    expect(code).toBeTruthy()
  })

  it('wants a challenge from public clients (RFC 7636 §4.4.1)', async () => {
    const url = authorizationUrl({ ...login, verifier })
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const visited = await createBrowser(emulator.url).visit(url)
    expect(visited.url.searchParams.get('error')).toBe('invalid_request')
  })

  it('wants S256 (RFC 7636 §4.2)', async () => {
    const { url } = await visit({ code_challenge_method: 'plain', code_challenge: verifier })
    expect(url.searchParams.get('error')).toBe('invalid_request')
  })

  it.each(['https://app.example.test/callback', 'http://localhost.example.test/', 'not a url'])(
    'shows a page and does not redirect to %s (RFC 6749 §3.1.2.4)',
    async (redirect_uri) => {
      const { page } = await visit({ redirect_uri })
      expect(page?.status).toBe(400)
      expect(page?.html).toContain('invalid_redirect_uri')
    },
  )

  it('shows a page where the client is unknown', async () => {
    const { page } = await visit({ client_id: '<unknown>' })
    expect(page?.status).toBe(400)
    expect(page?.html).toContain('invalid_client')
  })

  it('sends a browser that came by 127.0.0.1 to localhost, where the cookies are', async () => {
    const url = authorizationUrl({ ...login, verifier })
    url.hostname = '127.0.0.1'
    const response = await fetch(url, { redirect: 'manual' })
    url.hostname = 'localhost'
    expect(response.headers.get('location')).toBe(url.href)
  })
})
