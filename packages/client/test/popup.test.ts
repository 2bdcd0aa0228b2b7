import { createEmulator } from '@connected-accounts/emulator'
import { shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { press } from '@connected-accounts/testing/chromium/person'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { expect, test } from 'vitest'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/popup.ts', import.meta.url),
)

/** Opens the application in a tab, with Alice's token. */
async function open() {
  const { context, emulator, origin, page } = stage()
  const { access_token: accessToken } = await loginWithCode({
    emulator,
    client: emulator.clients.spa,
    user: { email: 'alice@example.test', password: 'password' },
    audience: `${emulator.url}/me/`,
    scope: 'create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts',
  })
  const tenant = { domain: emulator.url, accessToken }
  await context.addInitScript((given) => Object.assign(window, { tenant: given }), tenant)
  await page.goto(`${origin}/settings?tab=accounts`)
  return page
}

/** Presses a button that opens a window, and answers that. */
async function openPopup(name = 'Popup') {
  const { page } = stage()
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, name)])
  return popup
}

const completed = {
  value: {
    account: { connection: 'google-oauth2' },
    appState: { step: 2 },
    reconnectAccountId: 'cac_1',
    returnTo: '/settings?tab=accounts',
  },
}

test('without a framework a popup connects, closes, and gives back what the flow was started with', async () => {
  const page = await open()
  const popup = await openPopup()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  expect(await shown(page)).toMatchObject(completed)
  expect(await page.evaluate(() => localStorage.length)).toBe(1)
})

test('without a framework the callback page completes where its opener is gone, and tells the other tabs', async () => {
  const page = await open()
  const other = await stage().context.newPage()
  await other.goto(stage().origin)
  await page.bringToFront()
  const popup = await openPopup()
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await page.close()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  await expect.poll(() => other.title()).toBe('told of google-oauth2')
})

test('a popup that is given up closes its window, and is cancelled', async () => {
  const page = await open()
  const popup = await openPopup()
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await Promise.all([popup.waitForEvent('close'), press(page, 'Cancel')])
  expect(await shown(page)).toMatchObject({
    error: { code: 'cancelled' },
  })
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
})

test('a signal that aborts closes the window, and the error is its reason', async () => {
  const page = await open()
  const popup = await openPopup()
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await Promise.all([popup.waitForEvent('close'), press(page, 'Abort')])
  expect(await shown(page)).toEqual({ error: { message: 'aborted by the page' } })
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
})

test('a connection that is refused closes the window, and another popup connects', async () => {
  const page = await open()
  const refused = await openPopup('Popup of a connection that is not there')
  if (!refused.isClosed()) await refused.waitForEvent('close')
  expect(await shown(page)).toMatchObject({ error: { code: 'not_found' } })
  const popup = await openPopup()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  await expect.poll(() => shown(page)).toMatchObject(completed)
})

test('a redirect comes back to the origin and is completed, and a reload shows it again with a clean address', async () => {
  const page = await open()
  await press(page, 'Redirect')
  await press(page, 'Allow')
  expect(await shown(page)).toMatchObject(completed)
  expect(page.url()).toBe(`${stage().origin}/`)
  await page.reload()
  expect(await shown(page)).toMatchObject(completed)
})
