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

/** Presses a button that opens a window, and returns that window. */
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

test('the page of the provider in a popup cannot reach the page that opened it', async () => {
  await open()
  const popup = await openPopup()
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  expect(await popup.evaluate(() => window.opener)).toBeNull()
})

test('a browser without Web Locks connects in a popup, too, and keeps no verifier', async () => {
  await stage().context.addInitScript(() => {
    Object.defineProperty(navigator, 'locks', { value: undefined })
  })
  const page = await open()
  const popup = await openPopup()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  expect(await shown(page)).toMatchObject(completed)
  const kept = await page.evaluate(() => JSON.stringify(localStorage))
  expect(kept).not.toContain('codeVerifier')
})

test.for([
  ['Cancel', { error: { code: 'cancelled' } }],
  ['Abort', { error: { message: 'aborted by the page' } }],
] as const)(
  'after %s the flow has ended, and its window connects nothing',
  async ([end, result]) => {
    const sent: string[] = []
    stage().context.on('request', (request) => sent.push(new URL(request.url()).pathname))
    const page = await open()
    const popup = await openPopup()
    await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    await press(page, end)
    expect(await shown(page)).toMatchObject(result)
    await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
    await press(popup, 'Allow')
    await popup.getByRole('button', { name: 'Popup', exact: true }).waitFor()
    expect(sent).toContain('/me/v1/connected-accounts/connect')
    expect(sent).not.toContain('/me/v1/connected-accounts/complete')
  },
)

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
