import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { button } from '@connected-accounts/testing/chromium/person'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Needs the built packages, and npm's registry: for Next.js, Express, Hono and React.
const names = ['hono', 'express', 'next']

let examples: InstalledApplications
let emulator: Emulator
let browser: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  examples = await installApplications(
    [...names, 'mcp'].map((name) => new URL(`../examples/${name}`, import.meta.url)),
  )
  browser = await launchChromium()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await emulator?.close()
  await examples?.remove()
})

test.for(names)(
  'the %s example is built, and a person logs in, connects, sees events, disconnects and logs out',
  async (name) => {
    emulator.reset()
    await examples.run(name, 'npm', ['run', 'build'])
    const { clientId, clientSecret } = emulator.clients.web
    const { origin, stop } = await examples.start(name, 'npm start', (origin) => ({
      ...{ ORIGIN: origin, DOMAIN: emulator.url },
      ...{ CLIENT_ID: clientId, CLIENT_SECRET: clientSecret },
      CALENDAR_URL: `${emulator.url}/upstream/google-oauth2/calendar/v3`,
    }))
    try {
      const page = await newPage(browser)
      await page.goto(origin)
      await page.getByRole('link', { name: 'Log in' }).click()
      await page.locator('#username').fill('alice@example.test')
      await page.locator('#password').fill('password')
      await button(page, 'Continue').click()
      await page.getByRole('heading', { name: 'Hello, Alice' }).waitFor()
      await page.getByText('None yet.').waitFor()

      await button(page, 'Connect github').click()
      await button(page, 'Cancel').click()
      await page.getByText('You did not allow the access, so nothing has changed.').waitFor()

      await button(page, 'Connect google-oauth2').click()
      await button(page, 'Allow').click()
      await page.getByText('calendar.readonly').waitFor()
      await page.getByRole('heading', { name: 'Next events' }).waitFor()
      const events = page.getByRole('heading', { name: 'Next events' }).locator('..')
      expect(await events.getByRole('listitem').count()).toBe(3)

      await button(page, 'Disconnect').click()
      await page.getByText('None yet.').waitFor()
      await events.waitFor({ state: 'detached' })

      await button(page, 'Log out').click()
      await page.getByRole('link', { name: 'Log in' }).waitFor()
      const cookies = await page.context().cookies(origin)
      expect(cookies.filter((cookie) => cookie.name.includes('session'))).toEqual([])
    } finally {
      await stop()
    }
  },
)

// What it does is in mcp-example.test.ts.
test('the MCP example is built, and starts', async () => {
  await examples.run('mcp', 'npm', ['run', 'build'])
  const { origin, stop } = await examples.start('mcp', 'npm start', (origin) => ({
    ...{ ORIGIN: origin, DOMAIN: emulator.url },
  }))
  try {
    expect((await fetch(`${origin}/mcp`, { method: 'POST' })).status).toBe(401)
  } finally {
    await stop()
  }
}, 120_000)
