import {
  API,
  connect,
  open,
  openAndLogIn,
  shown,
} from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import { recordRequests, sdkOf } from '@connected-accounts/testing/chromium/requests'
import { sdkVersion } from '@connected-accounts/testing/machine/auth0-sdks'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { call } from './call.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/spa.ts', import.meta.url),
)
const user = () => stage().page.evaluate(() => window.auth0.getUser())
const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }
const withoutRefreshTokens = { useRefreshTokens: false, useMrrt: false }

describe.each([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])('auth0-spa-js with $scheme', ({ scheme, useDpop }) => {
  test('logs in by redirect, and knows who the user is', async () => {
    const { context, page } = stage()
    const authorizations = recordRequests(context, '/authorize')
    const wire = recordRequests(context, '/oauth/token')
    await open(stage(), { useDpop })
    await press(page, 'Log in')
    await logInAs(page)
    expect((await shown(page)).value).toEqual({
      appState: { from: 'the page' },
      response_type: 'code',
    })
    expect(await user()).toMatchObject({ sub: 'auth0|alice', email: 'alice@example.test' })
    const version = sdkVersion('@auth0/auth0-spa-js')
    expect(sdkOf(authorizations)).toEqual({ name: 'auth0-spa-js', version })
    expect(wire.map(({ status }) => status)).toEqual(useDpop ? [400, 200] : [200])
    const token = () => window.auth0.getTokenSilently({ detailedResponse: true })
    expect(await page.evaluate(token)).toMatchObject({ token_type: scheme })
  })

  test('logs in with a popup', async () => {
    const { context, page } = stage()
    await open(stage(), { useDpop })
    const opened = context.waitForEvent('page')
    await press(page, 'Log in with a popup')
    const popup = await opened
    const closed = popup.waitForEvent('close')
    // The popup may close before the click in it is known to be over.
    await Promise.any([closed, logInAs(popup, 'bob@example.test')])
    await closed
    expect(await shown(page)).toEqual({ value: null })
    expect(await user()).toMatchObject({ sub: 'auth0|bob' })
    expect(await call(page, accounts)).toEqual({ status: 200, body: { accounts: [] } })
  })

  test('gets a token in a hidden iframe where it has no refresh token', async () => {
    const { context, page } = stage()
    await openAndLogIn(stage(), { useDpop, ...withoutRefreshTokens })
    const wire = recordRequests(context, '/oauth/token')
    await press(page, 'Get a token')
    expect((await shown(page)).value).toEqual(expect.any(String))
    expect(wire.map(({ form }) => form.grant_type)).toEqual(['authorization_code'])
  })

  test('connects an account with tokens from a hidden iframe alone', async () => {
    const { page } = stage()
    await openAndLogIn(stage(), { useDpop, ...withoutRefreshTokens, cacheLocation: 'memory' })
    const { value } = await connect(page, 'Connect Google')
    expect(value).toMatchObject({ connection: 'google-oauth2' })
    expect((await call(page, accounts)).body).toMatchObject({ accounts: [{ scopes: {} }] })
  })
})

test('auth0-spa-js gets login_required from its iframe where nobody is logged in', async () => {
  const { page } = stage()
  await open(stage(), withoutRefreshTokens)
  await press(page, 'Get a token')
  expect((await shown(page)).error).toMatchObject({ error: 'login_required' })
})

test('auth0-spa-js with its cache in memory calls the token endpoint in its blob worker', async () => {
  const { context, page } = stage()
  const wire = recordRequests(context, '/oauth/token')
  await openAndLogIn(stage(), { cacheLocation: 'memory', useDpop: true })
  await press(page, 'Get a token')
  expect((await shown(page)).value).toEqual(expect.any(String))
  expect(page.workers().map((worker) => worker.url())).toEqual([expect.stringMatching(/^blob:/)])
  const ofPage = (domain: string) => performance.getEntriesByName(`${domain}/oauth/token`).length
  expect(await page.evaluate(ofPage, stage().emulator.domain)).toBe(0)
  expect(wire.filter(({ status }) => status === 200)).toHaveLength(2)
  expect(wire.at(-1)?.form).toMatchObject({ grant_type: 'refresh_token', audience: API })
})

test('auth0-spa-js with its cache in localStorage keeps the session through a reload', async () => {
  const { origin, page } = stage()
  await openAndLogIn(stage())
  await page.goto(origin)
  expect(await user()).toMatchObject({ sub: 'auth0|alice' })
  await press(page, 'Get a token')
  expect((await shown(page)).value).toEqual(expect.any(String))
})

test('auth0-spa-js logs out here and at the tenant', async () => {
  const { origin, page } = stage()
  await openAndLogIn(stage(), withoutRefreshTokens)
  await press(page, 'Log out')
  await page.waitForURL(`${origin}/`)
  expect(await user()).toBeUndefined()
  await press(page, 'Get a token')
  expect((await shown(page)).error).toMatchObject({ error: 'login_required' })
  await press(page, 'Log in')
  await page.locator('#password').waitFor()
})
