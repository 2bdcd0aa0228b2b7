import {
  API,
  connect,
  open,
  openAndLogIn,
  shown,
} from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { call } from './call.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/spa.ts', import.meta.url),
)
const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }

test('auth0-spa-js asks each audience for its own scopes, with the one refresh token of the login', async () => {
  const { context, emulator, page } = stage()
  await openAndLogIn(stage())
  const wire = recordRequests(context, '/oauth/token')
  await call(page, accounts)
  await press(page, 'Get a token')
  await shown(page)
  const [myAccount, api] = wire.map(({ form }) => form)
  expect(myAccount).toMatchObject({
    grant_type: 'refresh_token',
    audience: `${emulator.domain}/me/`,
    scope: 'openid offline_access read:me:connected_accounts',
  })
  expect(api).toMatchObject({
    audience: API,
    scope: 'openid profile email read:calendar offline_access',
    refresh_token: myAccount?.refresh_token,
  })
})

test('auth0-spa-js logs in without the scopes of its audience, unless the login names that again', async () => {
  const { context, page } = stage()
  const wire = recordRequests(context, '/authorize')
  await open(stage())
  await press(page, 'Log in without naming the audience')
  await logInAs(page)
  await shown(page)
  expect(wire[0]?.query).toMatchObject({ audience: API, scope: 'openid offline_access' })
  const user = await page.evaluate(() => window.auth0.getUser())
  expect(user).toEqual({ sub: 'auth0|alice' })
})

test('auth0-spa-js connects with a string of scopes that has no scope of an API', async () => {
  await openAndLogIn(stage(), { authorizationParams: { scope: 'profile email' } })
  const { value } = await connect(stage().page, 'Connect Google')
  expect(value).toMatchObject({ connection: 'google-oauth2' })
})

test('auth0-spa-js cannot connect with a string of scopes that has one of an API: it asks every audience for it', async () => {
  const { context, emulator, page } = stage()
  await openAndLogIn(stage(), { authorizationParams: { scope: 'profile email read:calendar' } })
  const wire = recordRequests(context, '/oauth/token')
  await press(page, 'Connect Google')
  expect((await shown(page)).error).toMatchObject({
    name: 'MissingScopesError',
    audience: `${emulator.domain}/me/`,
    scope: 'read:calendar',
  })
  expect(wire[0]?.form.scope).toBe(
    'openid profile email read:calendar offline_access create:me:connected_accounts',
  )
})

test('auth0-spa-js with its cache in memory cannot complete: the redirect has cost it the refresh token', async () => {
  await openAndLogIn(stage(), { cacheLocation: 'memory' })
  const { error } = await connect(stage().page, 'Connect Google')
  expect(error).toMatchObject({ name: 'MissingRefreshTokenError', error: 'missing_refresh_token' })
})

test('auth0-spa-js with its cache in memory completes with useRefreshTokensFallback', async () => {
  await openAndLogIn(stage(), { cacheLocation: 'memory', useRefreshTokensFallback: true })
  const { value } = await connect(stage().page, 'Connect Google')
  expect(value).toMatchObject({ connection: 'google-oauth2' })
})

test('auth0-spa-js cannot complete at a second try: it drops its transaction before the first', async () => {
  const { emulator, page } = stage()
  await openAndLogIn(stage())
  emulator.failNext('completeConnectedAccountRequest', { status: 503 })
  const { error } = await connect(page, 'Connect Google')
  expect(error).toMatchObject({ name: 'MyAccountApiError', status: 503 })
  await page.reload()
  expect((await shown(page)).error).toMatchObject({ error: 'missing_transaction' })
})

test('auth0-spa-js revokes its refresh token, and gets its next token in an iframe if told to', async () => {
  const { page, context } = stage()
  await openAndLogIn(stage(), { useRefreshTokensFallback: true })
  const revocations = recordRequests(context, '/oauth/revoke')
  await press(page, 'Revoke')
  expect(await shown(page)).toEqual({ value: null })
  expect(revocations.map(({ status }) => status)).toEqual([200])
  const wire = recordRequests(context, '/oauth/token')
  await press(page, 'Get a token')
  expect((await shown(page)).value).toEqual(expect.any(String))
  expect(wire.map(({ form }) => form.grant_type)).toEqual(['authorization_code'])
})
