import { createEmulator } from '@connected-accounts/emulator'
import { openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { press } from '@connected-accounts/testing/chromium/person'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { expect, test } from 'vitest'
import { openPopup, pressAndClose, waitForAccounts } from './popup-person.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/auth0-react.tsx', import.meta.url),
)

test('with auth0-react a popup connects, and its provider leaves the callback alone', async () => {
  const { page } = stage()
  await openAndLogIn(stage())
  await waitForAccounts(page, 0)
  await pressAndClose(await openPopup(page), 'Allow')
  await page.getByText('google-oauth2', { exact: true }).waitFor()
  await waitForAccounts(page, 1)
})

test('with auth0-react the callback page completes with the session that the SDK keeps, where its opener is gone', async () => {
  const { page, context, origin } = stage()
  await openAndLogIn(stage())
  await waitForAccounts(page, 0)
  const popup = await openPopup(page)
  await page.close()
  await pressAndClose(popup, 'Allow')
  const other = await context.newPage()
  await other.goto(origin)
  await waitForAccounts(other, 1)
  expect(context.pages()).toEqual([other])
})

test.for([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])('with auth0-react, $scheme, the hooks connect by a redirect, once', async (given) => {
  const { page, context, origin } = stage()
  await openAndLogIn(stage(), { useDpop: given.useDpop })
  const wire = recordRequests(context, '/me/v1/connected-accounts/complete')
  await press(page, 'Leave for google-oauth2')
  await press(page, 'Allow')
  await page.getByText('google-oauth2', { exact: true }).waitFor()
  await waitForAccounts(page, 1)
  expect(page.url()).toBe(`${origin}/`)
  expect(wire.filter(({ status }) => status === 201)).toMatchObject([{ scheme: given.scheme }])
})

test('with auth0-react the hooks tell a refused consent, and the user stays logged in', async () => {
  const { page } = stage()
  await openAndLogIn(stage())
  await press(page, 'Leave for google-oauth2')
  await press(page, 'Cancel')
  await page.getByText('denied').waitFor()
  expect(await shown(page)).toMatchObject({ user: { sub: 'auth0|alice' } })
  await page.reload()
  await waitForAccounts(page, 0)
})

test('with auth0-react logging out ends the session here and at the tenant', async () => {
  const { page } = stage()
  await openAndLogIn(stage())
  await waitForAccounts(page, 0)
  await press(page, 'Log out')
  await expect.poll(() => shown(page)).toEqual({})
  await press(page, 'Log in')
  await page.locator('#password').waitFor()
})
