import { press } from '@connected-accounts/testing/chromium/person'
import { expect, test } from 'vitest'
import { calendarScope, requiredResponse } from './calls-api.js'
import {
  chooseWork,
  ofWork,
  pendingOf,
  reconnectByRedirect,
  reconnectInPopup,
  requiredOf,
  setUpCallsStage,
  shows,
} from './calls-stage.js'
import type { CallsConfig } from './pages/calls.jsx'
import { pressAndClose } from './popup-person.js'

const stage = setUpCallsStage()

/** Opens an application that calls in a popup's page, and has its call refused. */
async function openRefused(config: Partial<CallsConfig> = {}) {
  const page = await stage().openCalls({ form: 'call', mode: 'popup', ...config })
  await press(page, 'Create')
  await shows(page, 'status', /^needs_connection$/)
  return page
}

test('a call whose account is not connected needs a connection, and says which', async () => {
  const page = await openRefused()
  expect(await requiredOf(page)).toMatchObject({
    connection: 'google-oauth2',
    scopes: [calendarScope],
    reason: 'not_connected',
  })
  await shows(page, 'error', /^$/)
})

test.for(['returned', 'parsed'] as const)(
  'a connection_required that fn has %s, and not thrown, counts as well',
  async (refusal) => {
    const page = await openRefused({ refusal })
    expect(await requiredOf(page)).toMatchObject({ reason: 'not_connected' })
  },
)

test('after a popup the call is made again, once', async () => {
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await shows(page, 'reconnecting', 'true')
  await pressAndClose(popup, 'Allow')
  await shows(page, 'status', 'success')
  await shows(page, 'data', 'Lunch')
  expect(stage().api.created).toEqual(['Lunch'])
  expect(stage().api.calls).toHaveLength(2)
})

test('a grant that was revoked: the call says so, and so does every other hook of the connection, until it is there again', async () => {
  await stage().connect()
  const page = await stage().openCalls({ form: 'call', mode: 'popup' })
  await press(page, 'Create')
  await shows(page, 'status', 'success')
  await shows(page, 'health', /^connected$/)
  stage().revoke()
  await press(page, 'Create')
  await shows(page, 'status', 'needs_connection')
  expect(await requiredOf(page)).toMatchObject({ reason: 'revoked' })
  await shows(page, 'health', 'expired')
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'status', 'success')
  await shows(page, 'health', /^connected$/)
  expect(stage().api.created).toEqual(['Lunch', 'Lunch'])
})

test('a scope that the grant lacks: the person is asked for it beside those that were granted', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openRefused()
  expect(await requiredOf(page)).toMatchObject({
    reason: 'missing_scopes',
    scopes: [calendarScope],
  })
  await shows(page, 'health', 'missing_scopes')
  const popup = await reconnectInPopup(page)
  const asked = await popup.locator('body').textContent()
  for (const scope of ['email', calendarScope]) expect(asked).toContain(scope)
  await pressAndClose(popup, 'Allow')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('another account than the one that is needed: the call stops, and the person may make it all the same', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await chooseWork(popup)
  await pressAndClose(popup, 'Allow')
  await shows(page, 'different', 'true')
  await shows(page, 'status', 'needs_connection')
  expect(await pendingOf(page)).toEqual({
    variables: { title: 'Lunch' },
    isDifferentAccount: true,
  })
  expect(stage().api.calls).toHaveLength(1)
  await page.evaluate(() => {
    const run = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Run')
    for (const button of [run, run]) button?.click() // twice, before the page renders again
  })
  await shows(page, 'status', 'success')
  await shows(page, 'different', 'false')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('another account, and another user logs in: the call is not offered to them', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await chooseWork(popup)
  await pressAndClose(popup, 'Allow')
  await shows(page, 'different', 'true')
  await press(page, 'Log in as Bob')
  await shows(page, 'different', 'false')
  expect(await page.getByTitle('pending').count()).toBe(0)
})

test('another account, dismissed: nothing is called', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openRefused()
  const wrong = await reconnectInPopup(page)
  await chooseWork(wrong)
  await pressAndClose(wrong, 'Allow')
  await shows(page, 'different', 'true')
  await press(page, 'Dismiss')
  await shows(page, 'different', 'false')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(1)
})

test('another account first, and the needed one at the next try: the call goes on', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openRefused()
  const wrong = await reconnectInPopup(page)
  await chooseWork(wrong)
  await pressAndClose(wrong, 'Allow')
  await shows(page, 'different', 'true')
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'status', 'success')
  await shows(page, 'different', 'false')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('the API names the only account: every hook of the connection learns that its grant has died', async () => {
  const accountId = await stage().connect()
  stage().api.answers.push(requiredResponse('expired', { accountId }))
  const page = await openRefused()
  await shows(page, 'health', 'expired')
})

test('the API names one of two accounts: only that one makes the call go on, and the other is still usable', async () => {
  await stage().connect()
  const accountId = await stage().connect({ account: ofWork })
  stage().api.answers.push(requiredResponse('expired', { accountId }))
  const page = await openRefused()
  await shows(page, 'health', /^connected$/)
  const wrong = await reconnectInPopup(page)
  await pressAndClose(wrong, 'Allow')
  await shows(page, 'different', 'true')
  expect(stage().api.calls).toHaveLength(1)
  const right = await reconnectInPopup(page)
  await chooseWork(right)
  await pressAndClose(right, 'Allow')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('the API needs another connection than the hook names: that one is connected', async () => {
  await stage().connect()
  const github = { connection: 'github', scopes: ['repo'] }
  stage().api.answers.push(requiredResponse('not_connected', github))
  const page = await openRefused()
  expect(await requiredOf(page)).toMatchObject(github)
  const popup = await reconnectInPopup(page)
  await popup.getByText('Allow access to your GitHub account?').waitFor()
  await pressAndClose(popup, 'Allow')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('a provider that is down is an error of the call, and no connection is needed', async () => {
  await stage().connect()
  stage().emulator.switches.set({ provider: 'down' })
  const page = await stage().openCalls({ form: 'call', mode: 'popup' })
  await press(page, 'Create')
  await shows(page, 'status', 'error')
  await press(page, 'Reconnect') // does nothing
  await shows(page, 'reconnecting', 'false')
  expect(stage().context.pages()).toHaveLength(1)
  expect(stage().api.calls).toHaveLength(1)
})

test('a provider that goes down while the person is there: the call is not made, and the next try makes it', async () => {
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  stage().emulator.switches.set({ provider: 'down' })
  await press(popup, 'Allow')
  stage().emulator.switches.set({ provider: 'up' })
  await press(page, 'Cancel flow')
  await shows(page, 'reconnect error', 'cancelled')
  expect(stage().api.calls).toHaveLength(1)
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('a call that the network broke off is not made again, also once an account is connected', async () => {
  const page = await stage().openCalls({ form: 'call', mode: 'popup' })
  await page.route('**/api/events', (route) => route.abort(), { times: 1 })
  await press(page, 'Create')
  await shows(page, 'status', 'error')
  await stage().connect()
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await shows(page, 'health', /^connected$/)
  await shows(page, 'status', 'error')
  expect(stage().api.calls).toEqual([])
})

test('a second connection_required is shown, and nothing goes on by itself', async () => {
  const page = await openRefused()
  stage().api.answers.push(requiredResponse('expired'))
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'required', 'expired')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(2)
  expect(stage().context.pages()).toEqual([page])
})

test('cancelled by the page: nothing is called, whatever the person does in the popup', async () => {
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await press(page, 'Cancel flow')
  await shows(page, 'reconnect error', 'cancelled')
  await press(popup, 'Allow')
  await shows(popup, 'callback', 'error')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(1)
})

test('cancelled at the provider: access_denied, and nothing is called', async () => {
  const page = await openRefused()
  await pressAndClose(await reconnectInPopup(page), 'Cancel')
  await shows(page, 'reconnect error', 'access_denied')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(1)
})

test('expired while the popup is open: nothing is called', async () => {
  await stage().context.clock.install()
  const page = await openRefused()
  await (await reconnectInPopup(page)).close()
  await stage().context.clock.fastForward(310_000)
  await shows(page, 'reconnect error', 'expired')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(1)
})

test('another user logs in while the popup is open: nothing is called, and nothing of the call is shown', async () => {
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await press(page, 'Log in as Bob')
  await press(popup, 'Allow')
  await shows(popup, 'callback', 'error')
  await shows(page, 'status', 'idle')
  await shows(page, 'required', /^$/)
  expect(stage().api.calls).toHaveLength(1)
})

test('the page is reloaded while the popup is open: the account is connected, and the call is not made', async () => {
  const page = await openRefused()
  const popup = await reconnectInPopup(page)
  await page.reload()
  await pressAndClose(popup, 'Allow')
  await shows(page, 'health', /^connected$/)
  await shows(page, 'status', 'idle')
  expect(await page.getByTitle('pending').count()).toBe(0)
  expect(stage().api.calls).toHaveLength(1)
})

test('the tab is closed while the popup is open: the account is connected, and no tab makes the call', async () => {
  const page = await openRefused()
  const other = await stage().context.newPage()
  const popup = await reconnectInPopup(page)
  await page.close()
  await pressAndClose(popup, 'Allow')
  await other.goto(`${stage().origin}/calls.html`)
  await shows(other, 'health', /^connected$/)
  await shows(other, 'status', 'idle')
  expect(await other.getByTitle('pending').count()).toBe(0)
  expect(stage().api.calls).toHaveLength(1)
})

test('two tabs: each makes only its own call', async () => {
  const one = await openRefused()
  const other = await openRefused()
  await pressAndClose(await reconnectInPopup(one), 'Allow')
  await shows(one, 'status', 'success')
  await shows(other, 'health', /^connected$/)
  await shows(other, 'status', 'needs_connection')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('popup blocked, and the call has no key to wait under: it is said, and the page stays', async () => {
  stage().api.arePopupsBlocked = true
  const page = await openRefused({ isUnnamed: true })
  await press(page, 'Reconnect')
  await shows(page, 'reconnect error', 'popup_blocked')
  await shows(page, 'status', 'needs_connection')
})

test('popup blocked, and the call has a key: the page is left, and the call is offered on the way back', async () => {
  stage().api.arePopupsBlocked = true
  const page = await openRefused()
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})
