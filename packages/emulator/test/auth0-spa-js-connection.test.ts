import { expect, test } from 'vitest'
import { open, shown } from './application.js'
import { press, setUpStage } from './chromium.js'

const stage = setUpStage('spa.ts')
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
