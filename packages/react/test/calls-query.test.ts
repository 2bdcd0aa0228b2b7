import { press } from '@connected-accounts/testing/chromium/person'
import { expect, test } from 'vitest'
import { requiredResponse } from './calls-api.js'
import {
  chooseWork,
  ofWork,
  own,
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

/** Opens an application whose query is refused. */
async function openRefused(config: Partial<CallsConfig> = {}) {
  const page = await stage().openCalls({ form: 'query', ...config })
  await shows(page, 'status', 'needs_connection')
  return page
}

test('a query fetches by itself; refused, it says what is missing, and is not tried again', async () => {
  const page = await openRefused({ isRetried: true })
  expect(await requiredOf(page)).toMatchObject({ reason: 'not_connected' })
  expect(stage().api.calls).toEqual(['GET'])
})

test('an error that is no connection_required is tried again as TanStack Query does', async () => {
  await stage().connect()
  stage().api.answers.push(Response.json({ title: 'server_error' }, { status: 500 }))
  const page = await stage().openCalls({ form: 'query', isRetried: true })
  await shows(page, 'data', own)
  expect(stage().api.calls).toEqual(['GET', 'GET'])
})

test.for(['auto', 'ask'] as const)(
  'after a popup a query runs by itself, with %s',
  async (resume) => {
    const page = await openRefused({ mode: 'popup', resume })
    await pressAndClose(await reconnectInPopup(page), 'Allow')
    await shows(page, 'status', 'success')
    await shows(page, 'data', own)
    expect(stage().api.calls).toEqual(['GET', 'GET'])
  },
)

test('after a redirect a query runs by itself, once', async () => {
  const page = await openRefused()
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await shows(page, 'data', own)
  await shows(page, 'callback', 'success')
  expect(await page.getByTitle('pending').count()).toBe(0)
  expect(stage().api.calls).toEqual(['GET', 'GET'])
})

test('after a redirect a query with ask waits for the person', async () => {
  const page = await openRefused({ resume: 'ask' })
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await shows(page, 'pending', 'false')
  await shows(page, 'health', /^connected$/)
  expect(stage().api.calls).toEqual(['GET'])
  await press(page, 'Run')
  await shows(page, 'data', own)
  expect(stage().api.calls).toEqual(['GET', 'GET'])
})

test('a query that the person dismisses does not run before it is asked to', async () => {
  const page = await openRefused({ resume: 'ask' })
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await press(page, 'Dismiss')
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await shows(page, 'health', /^connected$/)
  expect(stage().api.calls).toEqual(['GET'])
  await press(page, 'Fetch')
  await shows(page, 'data', own)
})

test.for(['popup', 'redirect'] as const)(
  'another account in a %s: a query does not run by itself, and runs if the person wants it',
  async (mode) => {
    await stage().connect({ scopes: ['email', 'offline_access'] })
    const page = await openRefused({ mode })
    const provider = mode === 'popup' ? await reconnectInPopup(page) : page
    if (mode === 'redirect') await reconnectByRedirect(page)
    await chooseWork(provider)
    if (mode === 'popup') await pressAndClose(provider, 'Allow')
    else await press(page, 'Allow')
    await shows(page, 'different', 'true')
    await shows(page, 'status', 'needs_connection')
    expect(await pendingOf(page)).toMatchObject({ isDifferentAccount: true })
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await shows(page, 'health', /^connected$/)
    expect(stage().api.calls).toEqual(['GET'])
    await press(page, 'Run')
    await shows(page, 'data', ofWork)
    await shows(page, 'different', 'false')
    expect(stage().api.calls).toEqual(['GET', 'GET'])
  },
)

test('cancelled in the popup: a query does not run', async () => {
  const page = await openRefused({ mode: 'popup' })
  await pressAndClose(await reconnectInPopup(page), 'Cancel')
  await shows(page, 'reconnect error', 'access_denied')
  expect(stage().api.calls).toEqual(['GET'])
})

test('a second connection_required is shown, and the query is not run in a loop', async () => {
  const page = await openRefused({ mode: 'popup' })
  stage().api.answers.push(requiredResponse('expired'))
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'required', 'expired')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toEqual(['GET', 'GET'])
})

test('a provider that is down is an error of the query', async () => {
  await stage().connect()
  stage().emulator.switches.set({ provider: 'down' })
  const page = await stage().openCalls({ form: 'query' })
  await shows(page, 'status', 'error')
  stage().emulator.switches.set({ provider: 'up' })
  await press(page, 'Fetch')
  await shows(page, 'data', own)
})

test('a grant that dies after the first success: the data stays, and a connection is needed', async () => {
  await stage().connect()
  const page = await stage().openCalls({ form: 'query', mode: 'popup' })
  await shows(page, 'data', own)
  stage().revoke()
  await press(page, 'Fetch')
  await shows(page, 'status', 'needs_connection')
  expect(await requiredOf(page)).toMatchObject({ reason: 'revoked' })
  await shows(page, 'data', own)
  await shows(page, 'health', 'expired')
  await pressAndClose(await reconnectInPopup(page), 'Allow')
  await shows(page, 'status', 'success')
  await shows(page, 'health', /^connected$/)
})

test("another user never sees the first one's data", async () => {
  await stage().connect()
  const page = await stage().openCalls({ form: 'query' })
  await shows(page, 'data', own)
  stage().api.answers.push(requiredResponse('not_connected'))
  await press(page, 'Log in as Bob')
  await shows(page, 'status', 'needs_connection')
  await shows(page, 'data', /^$/)
})
