import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import {
  type InstalledApplications,
  installApplications,
  type RunningApplication,
} from '@connected-accounts/testing/environment/install'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

// Needs the built packages, and npm's registry: for nextjs-auth0, Next.js and React. The application has a `basePath` and `trailingSlash`.
let applications: InstalledApplications
let application: RunningApplication
let emulator: Emulator
let browser: Browser
let page: Page
/** The requests of the page and its popups to the proxy of nextjs-auth0. */
let requests: string[]

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  const folder = new URL('nextjs-auth0', import.meta.url)
  applications = await installApplications([folder], ['client', 'react'])
  await applications.run('nextjs-auth0', 'npm', ['run', 'build'])
  application = await applications.start('nextjs-auth0', 'npm start', (origin) => ({
    AUTH0_DOMAIN: emulator.domain,
    APP_BASE_URL: origin,
  }))
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await application?.stop()
  await emulator?.close()
  await applications?.remove()
})
beforeEach(async () => {
  emulator.reset()
  page = await newPage(browser)
  requests = []
  page.context().on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.includes('/me/v1/')) requests.push(`${request.method()} ${pathname}`)
  })
  await page.goto(`${application.origin}/base/`)
  await page.getByRole('link', { name: 'Log in' }).click()
  await logInAs(page)
  await page.getByRole('heading', { name: 'Alice' }).waitFor()
})

/** Presses the button, and returns the window that it opens. */
async function openPopup(): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, 'Connect Google')])
  return popup
}

test('beneath a basePath, an account is connected in a popup, listed and disconnected by the hooks', async () => {
  await page.getByText('None yet.').waitFor()
  const popup = await openPopup()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  await page.getByRole('listitem').filter({ hasText: 'google-oauth2' }).waitFor()
  expect(page.url()).toBe(`${application.origin}/base/`)
  await press(page.getByRole('listitem'), 'Disconnect')
  await page.getByText('None yet.').waitFor()
  await page.reload()
  await page.getByText('None yet.').waitFor()
  const paths = new Set(requests.map((line) => line.replace(/cac_\w+/, 'cac')))
  expect([...paths].sort()).toEqual([
    'DELETE /base/me/v1/connected-accounts/accounts/cac',
    'GET /base/me/v1/connected-accounts/accounts',
    'POST /base/me/v1/connected-accounts/complete',
    'POST /base/me/v1/connected-accounts/connect',
  ])
})

test('beneath a basePath, a person who cancels in the popup is back in the page, which says so', async () => {
  const popup = await openPopup()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Cancel')])
  await page.getByText('access_denied').waitFor()
  await page.reload()
  await page.getByText('None yet.').waitFor()
})

test('beneath a basePath, a popup whose opener is gone completes the flow itself', async () => {
  const popup = await openPopup()
  await popup.getByRole('button', { name: 'Allow' }).waitFor()
  const other = await page.context().newPage()
  await page.close()
  await press(popup, 'Allow').catch(() => {}) // the popup may close before the click is answered
  await expect.poll(() => requests.join()).toContain('/complete')
  await other.goto(`${application.origin}/base/`)
  await other.getByRole('listitem').filter({ hasText: 'google-oauth2' }).waitFor()
})
