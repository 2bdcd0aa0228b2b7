import { press } from '@connected-accounts/testing/chromium/person'
import { expect, test } from 'vitest'
import {
  connected,
  openPopup,
  pressAndClose,
  waitForAccounts,
  waitForStatus,
} from './popup-person.js'
import { setUpPopupStage } from './popup-stage.js'

const stage = setUpPopupStage()

/** Opens the application with a popup that its person has closed. */
async function openAndClose() {
  const page = await stage().open()
  const popup = await openPopup(page)
  await popup.close()
  await page.waitForTimeout(300)
  await waitForStatus(page, 'pending')
  return page
}

test('popup blocked: it falls back to a redirect', async () => {
  const page = await stage().open('no-popups?mode=popup')
  await press(page, 'Connect google-oauth2')
  await press(page, 'Allow')
  await page.getByText('1 accounts, callback google-oauth2').waitFor()
  expect(stage().context.pages()).toEqual([page])
})

test('popup blocked: it is said where the caller chose so, and nothing is sent', async () => {
  const page = await stage().open('no-popups?mode=popup&onBlocked=throw')
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url()))
  await press(page, 'Connect google-oauth2')
  await waitForStatus(page, 'popup_blocked')
  expect(sent).toEqual([])
})

test("inside another site's page: third_party_iframe, and no window", async () => {
  const page = await stage().context.newPage()
  const { origin } = stage()
  await page.goto(`${origin.replace('localhost', '127.0.0.1')}/portal.html#${origin}/?mode=popup`)
  const frame = page.frameLocator('iframe')
  await frame.getByRole('button', { name: 'Connect google-oauth2' }).click()
  await frame.getByText('third_party_iframe').waitFor()
  expect(stage().context.pages()).toEqual([page])
})

test('popup closed by the person: pending until it is cancelled', async () => {
  const page = await openAndClose()
  await press(page, 'Cancel google-oauth2')
  await waitForStatus(page, 'cancelled')
})

test('popup closed by the person: pending until another one is opened, which connects', async () => {
  const page = await openAndClose()
  const popup = await openPopup(page, 'github')
  await waitForStatus(page, 'cancelled')
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success', 'github')
  expect(await connected(page)).toMatchObject({ account: { connection: 'github' } })
})

test('popup closed by the person: pending until its time is over', async () => {
  await stage().context.clock.install()
  const page = await openAndClose()
  await stage().context.clock.fastForward(290_000)
  await waitForStatus(page, 'pending')
  await stage().context.clock.fastForward(20_000)
  await waitForStatus(page, 'expired')
})

test('while a popup is open the list is asked for again when the page is focused', async () => {
  const page = await openAndClose()
  await stage().emulator.seed({ user_id: 'auth0|alice', connection: 'github', count: 1 })
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await waitForAccounts(page, 1)
})

test('a flow that was cancelled is not completed, though its window goes on', async () => {
  stage().emulator.switches.set({ providerOpenerPolicy: 'same-origin' })
  const page = await stage().open()
  const popup = await openPopup(page)
  await press(page, 'Cancel google-oauth2')
  await waitForStatus(page, 'cancelled')
  await press(popup, 'Allow')
  await popup.getByText('0 accounts, callback error').waitFor()
})

test('cancel() closes the window while the flow is starting; once at the provider it cannot be reached', async () => {
  const page = await stage().open()
  await page.route('**/connected-accounts/connect', () => {}) // never answered
  const [starting] = await Promise.all([
    page.waitForEvent('popup'),
    press(page, 'Connect google-oauth2'),
  ])
  await Promise.all([starting.waitForEvent('close'), press(page, 'Cancel google-oauth2')])
  await waitForStatus(page, 'cancelled')
  await page.unrouteAll()
  const popup = await openPopup(page)
  expect(await popup.evaluate(() => window.opener)).toBe(null)
  await press(page, 'Cancel google-oauth2')
  await waitForStatus(page, 'cancelled')
  expect(popup.isClosed()).toBe(false)
})

test('a user who logs out gives up the flow in the popup', async () => {
  const page = await stage().open()
  await openPopup(page)
  await press(page, 'Log out')
  await waitForStatus(page, 'idle')
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
})

test('cancel() and connect() in one handler: another window, which connects', async () => {
  const page = await stage().open()
  await openPopup(page)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    press(page, 'Restart google-oauth2'),
  ])
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
})

test('the provider of another user on the page leaves the popup alone', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await press(page, 'Other user')
  await page.getByText('Bob is here').waitFor()
  await press(page, 'Other user')
  await waitForStatus(page, 'pending')
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
})
