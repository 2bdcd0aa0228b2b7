import { connect, open, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import { expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { call } from './call.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/spa.ts', import.meta.url),
)
const user = () => stage().page.evaluate(() => window.auth0.getUser())

test('auth0-spa-js logs in through the connection that it names, with connection_scope', async () => {
  const { page } = stage()
  await open(stage())
  await press(page, 'Log in with Google')
  await page.getByText('https://www.googleapis.com/auth/contacts').waitFor()
  await press(page, 'Allow')
  expect(await shown(page)).toEqual({ value: { response_type: 'code' } })
  expect(await user()).toMatchObject({
    sub: expect.stringMatching(/^google-oauth2\|/),
    email: 'alice@google.example',
  })
})

test('auth0-spa-js logs in by the button of a connection on the login page', async () => {
  const { page } = stage()
  await open(stage())
  await press(page, 'Log in')
  await press(page, 'Continue with GitHub')
  await press(page, 'Allow')
  expect(await shown(page)).toMatchObject({ value: { response_type: 'code' } })
  expect(await user()).toMatchObject({ sub: expect.stringMatching(/^github\|/) })
})

test('auth0-spa-js hears that the third party was refused', async () => {
  const { page } = stage()
  await open(stage())
  await press(page, 'Log in with Google')
  await press(page, 'Cancel')
  expect((await shown(page)).error).toMatchObject({
    name: 'GenericError',
    error: 'access_denied',
    error_description: 'The user denied the request',
  })
})

test('auth0-spa-js logs in to an organization, whose id and name it finds in the ID token', async () => {
  const { page } = stage()
  await open(stage(), { authorizationParams: { organization: 'org_example' } })
  await press(page, 'Log in')
  await logInAs(page)
  expect(await shown(page)).toMatchObject({ value: { response_type: 'code' } })
  expect(await user()).toMatchObject({ org_id: 'org_example', org_name: 'example-organization' })
  await connect(page, 'Connect Google')
  const list = { path: '/accounts', scope: 'read:me:connected_accounts' }
  expect((await call(page, list)).body).toMatchObject({ accounts: [{ org_id: 'org_example' }] })
})

test('auth0-spa-js hears that the user is no member of the organization', async () => {
  const { page } = stage()
  await open(stage(), { authorizationParams: { organization: 'example-organization' } })
  await press(page, 'Log in')
  await logInAs(page, 'bob@example.test')
  expect((await shown(page)).error).toMatchObject({
    error: 'access_denied',
    error_description: 'user auth0|bob is not part of the org_example organization',
  })
})
