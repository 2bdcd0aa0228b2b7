import { expect, test } from 'vitest'
import { openAndLogIn } from '../../emulator/test/application.js'
import { setUpStage } from '../../emulator/test/chromium.js'
import { openPopup, pressAndClose, waitForAccounts } from './popup-person.js'

const stage = setUpStage('../../../react/test/pages/auth0-react.tsx')

test('with auth0-react 2.27.0 a popup connects, and its provider leaves the callback alone', async () => {
  const { page } = stage()
  await openAndLogIn(stage())
  await waitForAccounts(page, 0)
  await pressAndClose(await openPopup(page), 'Allow')
  await page.getByText('google-oauth2', { exact: true }).waitFor()
  await waitForAccounts(page, 1)
})

test('with auth0-react 2.27.0 the callback page completes with the session that the SDK keeps, where its opener is gone', async () => {
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
