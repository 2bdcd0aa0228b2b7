import { connect, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { recordRequests, sdkOf } from '@connected-accounts/testing/chromium/requests'
import { sdkVersion } from '@connected-accounts/testing/machine/auth0-sdks'
import { expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/react.tsx', import.meta.url),
)

test('auth0-react logs in, and its provider completes the callback', async () => {
  const authorizations = recordRequests(stage().context, '/authorize')
  await openAndLogIn(stage())
  const version = sdkVersion('@auth0/auth0-react')
  expect(sdkOf(authorizations)).toEqual({ name: 'auth0-react', version })
  expect(await shown(stage().page)).toEqual({
    isAuthenticated: true,
    user: expect.objectContaining({ sub: 'auth0|alice', email: 'alice@example.test' }),
    callback: { from: 'the page', response_type: 'code' },
  })
})

test.each([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])(
  'auth0-react connects with $scheme: onRedirectCallback gets the account',
  async ({ useDpop }) => {
    await openAndLogIn(stage(), { useDpop })
    const { isAuthenticated, callback } = await connect(stage().page, 'Connect Google')
    expect(isAuthenticated).toBe(true)
    expect(callback).toEqual({
      from: 'the page',
      response_type: 'connect_code',
      connectedAccount: {
        id: expect.stringMatching(/^cac_[A-Za-z0-9]{22}$/),
        connection: 'google-oauth2',
        access_type: 'offline',
        scopes: expect.arrayContaining(['https://www.googleapis.com/auth/calendar.readonly']),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    })
  },
)

test('auth0-react gives a refused consent as its error', async () => {
  await openAndLogIn(stage())
  const { callback, error } = await connect(stage().page, 'Connect Google', 'Cancel')
  expect(callback).toBeUndefined()
  expect(error).toMatchObject({
    error: 'access_denied',
    error_description: 'The user denied the request',
    connection: 'google-oauth2',
    appState: { from: 'the page' },
  })
})

test('auth0-react takes the user for logged out after a refused consent, and fails again at a reload', async () => {
  await openAndLogIn(stage())
  expect((await connect(stage().page, 'Connect Google', 'Cancel')).isAuthenticated).toBe(false)
  await stage().page.reload()
  const { isAuthenticated, error } = await shown(stage().page)
  expect(isAuthenticated).toBe(false)
  expect(error).toMatchObject({ error: 'missing_transaction' })
  await stage().page.goto(stage().origin)
  expect((await shown(stage().page)).isAuthenticated).toBe(true)
})
