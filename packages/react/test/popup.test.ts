import { press } from '@connected-accounts/testing/chromium/person'
import { devices } from 'playwright-core'
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

test('popup: the account is connected in a window that closes, and the page has it and its appState', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
  expect(await connected(page)).toMatchObject({
    account: { connection: 'google-oauth2' },
    appState: { step: 2 },
  })
  await waitForAccounts(page, 1)
  expect(new URL(page.url()).pathname).toBe('/')
})

test('popup with Cross-Origin-Opener-Policy: it looks closed to the page while it is open, and connects all the same', async () => {
  stage().emulator.switches.set({ providerOpenerPolicy: 'same-origin' })
  await stage().context.addInitScript(() => {
    const { open } = window
    window.open = (...args) => Object.assign(window, { opened: open.apply(window, args) }).opened
  })
  const page = await stage().open()
  const popup = await openPopup(page)
  expect(popup.isClosed()).toBe(false)
  expect(await page.evaluate('opened.closed')).toBe(true)
  await waitForStatus(page, 'pending')
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
  await waitForAccounts(page, 1)
})

test('a connection is repaired in a popup where its hook has that mode', async () => {
  const page = await stage().open('?repair=true')
  const health = (text: string) =>
    page.getByTitle('health').getByText(text, { exact: true }).waitFor()
  await health('not_connected')
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, 'Repair')])
  await health('repairing')
  await pressAndClose(popup, 'Allow')
  await health('connected')
  await waitForAccounts(page, 1)
})

test('a repair in a popup is cancelled: its hook says so, and the next one repairs', async () => {
  const page = await stage().open('?repair=true')
  const health = (text: string) =>
    page.getByTitle('health').getByText(text, { exact: true }).waitFor()
  await health('not_connected')
  const open = () => Promise.all([page.waitForEvent('popup'), press(page, 'Repair')])
  await open()
  await health('repairing')
  await press(page, 'Cancel repair')
  await page.getByTitle('repair', { exact: true }).getByText('cancelled').waitFor()
  await health('not_connected')
  const [popup] = await open()
  await pressAndClose(popup, 'Allow')
  await health('connected')
})

test('consent refused in the popup: access_denied, and the window closes', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await pressAndClose(popup, 'Cancel')
  await waitForStatus(page, 'access_denied')
  await waitForAccounts(page, 0)
})

test('a connection that is refused at once closes the window, and the next press connects', async () => {
  const page = await stage().open()
  stage().emulator.faults.add({ operation: 'createConnectedAccountRequest', status: 400 })
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    press(page, 'Connect google-oauth2'),
  ])
  if (!popup.isClosed()) await popup.waitForEvent('close')
  await waitForStatus(page, 'bad_request')
  await pressAndClose(await openPopup(page), 'Allow')
  await waitForStatus(page, 'success')
})

test('pressed twice: one window, and one flow', async () => {
  const page = await stage().open()
  const starts: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') starts.push(request.url())
  })
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => {
      const buttons = [...document.querySelectorAll('button')]
      const [one, other] = buttons.filter(({ textContent }) => textContent.startsWith('Connect'))
      for (const button of [one, one, other]) button?.click()
    }),
  ])
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
  expect(starts.filter((url) => url.endsWith('/connect'))).toHaveLength(1)
  expect(stage().context.pages()).toEqual([page])
})

test('two tabs at once: each has the account of its own popup', async () => {
  const [one, other] = [await stage().open(), await stage().open()]
  const google = await openPopup(one)
  const github = await openPopup(other, 'github')
  await pressAndClose(github, 'Allow')
  await waitForStatus(other, 'success', 'github')
  await waitForStatus(one, 'pending')
  await pressAndClose(google, 'Allow')
  await waitForStatus(one, 'success')
  expect(await connected(one)).toMatchObject({ account: { connection: 'google-oauth2' } })
  expect(await connected(other)).toMatchObject({ account: { connection: 'github' } })
  await waitForAccounts(one, 2)
  await waitForAccounts(other, 2)
})

test('auto is a popup on a desktop, and a redirect on a phone', async () => {
  const page = await stage().open('?mode=auto')
  await pressAndClose(await openPopup(page), 'Allow')
  await waitForStatus(page, 'success')
  const phone = await stage().newContext(devices['Pixel 7'])
  const onPhone = await phone.newPage()
  await onPhone.goto(`${stage().origin}/?mode=auto`)
  await press(onPhone, 'Connect github')
  await press(onPhone, 'Allow')
  await onPhone.getByText('callback github').waitFor()
  expect(phone.pages()).toEqual([onPhone])
  await phone.close()
})

test('redirect beside it: handleConnectCallback leaves the callback of a redirect to the hook', async () => {
  const page = await stage().open('')
  await press(page, 'Connect google-oauth2')
  await press(page, 'Allow')
  await page.getByText('1 accounts, callback google-oauth2').waitFor()
  expect(stage().context.pages()).toEqual([page])
})

test('a redirect is left to the hook also where both keep their transactions in one store', async () => {
  await stage().context.addInitScript(() => Object.assign(window.session, { store: 'local' }))
  const page = await stage().open('')
  await press(page, 'Connect google-oauth2')
  await press(page, 'Allow')
  await page.getByText('1 accounts, callback google-oauth2').waitFor()
  await page.goto(`${stage().origin}/?mode=popup`)
  await pressAndClose(await openPopup(page, 'github'), 'Allow')
  await waitForStatus(page, 'success', 'github')
})
