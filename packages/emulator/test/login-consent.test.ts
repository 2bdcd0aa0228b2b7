import {
  authorizationUrl,
  exchangeCode,
  redirectUri,
} from '@connected-accounts/testing/person/login'
import { type Browser, createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Emulator, Tenant } from '../src/index.js'
import { only, spaOf, start } from './mistaken-tenant.js'
import { buttonsOf, visitAuthorize } from './third-party.js'

const audience = 'https://api.example.test/'
const alice = { username: 'alice@example.test', password: 'password' }
const unskipped = ({ apis }: Tenant) => {
  const api = only(apis, ({ identifier }) => identifier === audience)
  api.skip_consent_for_verifiable_first_party_clients = false
}

let emulator: Emulator
let browser: Browser
beforeEach(async () => {
  emulator = (await start(unskipped)).emulator
  browser = createBrowser(emulator.url)
})

const login = () => ({ emulator, client: emulator.clients.spa, audience })
const errorOf = ({ url }: { url: URL }) => Object.fromEntries(url.searchParams)

/** Logs Alice in as far as the page after the login page. */
async function logIn(params: Record<string, string> = {}, given = login()) {
  return browser.submit(await visitAuthorize(given, params, browser), alice)
}

/** Fetches a page of the emulator with the cookies of another one. */
async function swapPages(shown: string, asked: (uid: string) => string): Promise<Response> {
  const start = authorizationUrl({ ...login(), verifier: 'v'.repeat(43) })
  const response = await fetch(start, { redirect: 'manual' })
  const cookie = response.headers.getSetCookie().join('; ')
  const path = response.headers.get('location') ?? ''
  expect(path).toMatch(shown)
  const url = emulator.url + asked(path.split('/').at(-1) ?? '')
  return fetch(url, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ decision: 'accept' }),
  })
}

describe('A page of a login', () => {
  it.each([
    { name: 'the consent page before the login', asked: (uid: string) => `/u/consent/${uid}` },
    { name: 'the page of another login', asked: () => '/u/login/another' },
  ])('is not to be had with the cookie of another one: $name', async ({ asked }) => {
    const right = await swapPages('/u/login/', (uid) => `/u/login/${uid}`)
    expect(await right.text()).toContain('Wrong email or password.')
    const wrong = await swapPages('/u/login/', asked)
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain('This login is over')
  })
})

describe('A login for an API whose consent cannot be skipped', () => {
  it('shows after the login which scopes are asked for, with Accept before Decline', async () => {
    const page = await logIn({ scope: 'openid read:calendar unknown:scope' })
    expect(page.url.pathname).toMatch(/^\/u\/consent\//)
    expect(page.page?.html).toContain('Authorize Single page application?')
    const scopes = [...(page.page?.html ?? '').matchAll(/<code>([^<]*)</g)].map(([, text]) => text)
    expect(scopes).toEqual(['openid', 'read:calendar'])
    expect(buttonsOf(page)).toEqual(['Accept', 'Decline'])
  })

  it('goes on with Accept, and has what was asked for', async () => {
    const page = await logIn({ scope: 'openid read:calendar offline_access' })
    const { url } = await browser.submit(page, { decision: 'accept' })
    const code = url.searchParams.get('code') ?? ''
    const { body } = await exchangeCode({ ...login(), code, verifier: 'v'.repeat(43) })
    expect(body.scope.split(' ').sort()).toEqual(['offline_access', 'openid', 'read:calendar'])
    expect(body.refresh_token).toBeTruthy()
  })

  it('ends with Decline in the callback with access_denied, and asks again', async () => {
    const declined = await browser.submit(await logIn(), { decision: 'decline' })
    expect(declined.url.href).toMatch(redirectUri)
    expect(errorOf(declined)).toMatchObject({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 'a-state',
    })
    expect(buttonsOf(await visitAuthorize(login(), {}, browser))).toContain('Accept')
  })

  it('answers prompt=none with consent_required (OIDC Core §3.1.2.6)', async () => {
    await browser.submit(await logIn(), { decision: 'decline' })
    const silent = await visitAuthorize(login(), { prompt: 'none' }, browser)
    expect(errorOf(silent)).toMatchObject({ error: 'consent_required', state: 'a-state' })
  })

  it('asks anew with prompt=login only who logs in', async () => {
    await browser.submit(await logIn(), { decision: 'accept' })
    const { url } = await logIn({ prompt: 'login' })
    expect(url.searchParams.get('code')).toBeTruthy()
  })

  it('is not asked about for an API that lets consent be skipped, nor without one', async () => {
    for (const other of [`${emulator.url}/me/`, '']) {
      browser = createBrowser(emulator.url)
      const { url } = await logIn({}, { ...login(), audience: other })
      expect(url.searchParams.get('code')).toBeTruthy()
    }
  })
})

describe('What was allowed', () => {
  const isAsked = async (params: Record<string, string> = {}, given = login()) =>
    buttonsOf(await visitAuthorize(given, params, browser)).includes('Accept')

  beforeEach(async () => {
    await browser.submit(await logIn({ scope: 'openid' }), { decision: 'accept' })
  })

  it('is remembered for the user, the application, the API and the scopes', async () => {
    expect(await isAsked({ scope: 'openid' })).toBe(false)
    expect(await isAsked({ scope: 'openid read:calendar' })).toBe(true)
    const web = { ...login(), client: emulator.clients.web }
    expect(await isAsked({ scope: 'openid' }, web)).toBe(true)
    browser = createBrowser(emulator.url)
    const page = await visitAuthorize(login(), { scope: 'openid' }, browser)
    const bob = { username: 'bob@example.test', password: 'password' }
    expect(buttonsOf(await browser.submit(page, bob))).toContain('Accept')
  })

  it('is asked about again with prompt=consent', async () => {
    expect(await isAsked({ scope: 'openid', prompt: 'consent' })).toBe(true)
  })

  it('is forgotten by reset', async () => {
    emulator.reset()
    expect(buttonsOf(await logIn({ scope: 'openid' }))).toContain('Accept')
  })
})

it('An application of others asks always, for its profile scopes alone too', async () => {
  const { emulator: other } = await start((tenant) => {
    spaOf(tenant).is_first_party = false
  })
  browser = createBrowser(other.url)
  const given = { emulator: other, client: other.clients.spa }
  const page = await browser.submit(await visitAuthorize(given, {}, browser), alice)
  expect(page.page?.html).toContain('your profile')
  expect(buttonsOf(page)).toEqual(['Accept', 'Decline'])
  await browser.submit(page, { decision: 'accept' })
  expect(buttonsOf(await visitAuthorize(given, {}, browser))).toEqual([])
  const forApi = { ...given, audience: `${other.url}/me/` }
  expect(buttonsOf(await visitAuthorize(forApi, {}, browser))).toContain('Accept')
})
