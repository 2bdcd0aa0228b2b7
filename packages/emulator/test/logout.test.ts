import {
  authorizationUrl,
  exchangeCode,
  type Login,
  logIn,
  requestToken,
  type Tokens,
} from '@connected-accounts/testing/person/login'
import { type Browser, createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login
let browser: Browser
let tokens: Tokens

const home = 'http://localhost:3000/'

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  login = { emulator, client: emulator.clients.spa }
})
afterAll(() => emulator.close())
beforeEach(async () => {
  browser = createBrowser(emulator.url)
  const made = await logIn(login, browser)
  tokens = (await exchangeCode({ ...login, ...made })).body
})

const logOut = (path: string, params: Record<string, string>) =>
  browser.visit(`${emulator.url}${path}?${new URLSearchParams(params)}`)

async function isLoggedIn(): Promise<boolean> {
  const url = authorizationUrl({ ...login, verifier: 'v'.repeat(43), params: { prompt: 'none' } })
  const { url: callback } = await browser.visit(url)
  return callback.searchParams.get('error') !== 'login_required'
}

describe('A logout', () => {
  it('by /v2/logout ends the session and goes to returnTo at once', async () => {
    expect(await isLoggedIn()).toBe(true)
    const { url, page } = await logOut('/v2/logout', { client_id: 'spa', returnTo: home })
    expect(page).toBeUndefined()
    expect(url.href).toBe(home)
    expect(await isLoggedIn()).toBe(false)
  })

  it('by /v2/logout without returnTo shows a page', async () => {
    const { page } = await logOut('/v2/logout', {})
    expect(page?.html).toContain('You are logged out')
    expect(await isLoggedIn()).toBe(false)
  })

  it('by /oidc/logout ends the session and goes back at once with the state (RP-Initiated Logout §3)', async () => {
    const { url } = await logOut('/oidc/logout', {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: home,
      state: 'a state',
    })
    expect(url.href).toBe(`${home}?state=a+state`)
    expect(await isLoggedIn()).toBe(false)
  })

  it('leaves the refresh token alone', async () => {
    await logOut('/v2/logout', { client_id: 'spa', returnTo: home })
    const { refresh_token = '' } = tokens
    const { status } = await requestToken(login, { grant_type: 'refresh_token', refresh_token })
    expect(status).toBe(200)
  })
})

describe('A logout is refused, and the session stays,', () => {
  it.each<{ path: string } & Record<string, string>>([
    { path: '/v2/logout', returnTo: 'https://evil.example.test/' },
    { path: '/v2/logout', returnTo: home, client_id: 'unknown' },
    { path: '/v2/logout', returnTo: home, client_id: 'api' },
    { path: '/oidc/logout', post_logout_redirect_uri: 'https://evil.example.test/' },
    { path: '/oidc/logout', post_logout_redirect_uri: home, client_id: 'web' },
    { path: '/oidc/logout', post_logout_redirect_uri: home, id_token_hint: 'not.a.token' },
  ])('for %o', async ({ path, ...changed }) => {
    const valid =
      path === '/v2/logout' ? { client_id: 'spa' } : { id_token_hint: tokens.id_token ?? '' }
    const { url, page } = await logOut(path, { ...valid, ...changed })
    expect(url.origin).toBe(emulator.url)
    expect(page?.status).toBe(400)
    expect(await isLoggedIn()).toBe(true)
  })
})
