import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { holdScripts } from '@connected-accounts/testing/chromium/hold-scripts'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import {
  type InstalledApplications,
  installApplications,
  type RunningApplication,
} from '@connected-accounts/testing/environment/install'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const DEVELOP = 'npx next dev --hostname localhost'

// Needs the built packages, and npm's registry: for Next.js and React. The application has a `basePath` and `trailingSlash`.
let applications: InstalledApplications
let application: RunningApplication
let emulator: Emulator
let browser: Awaited<ReturnType<typeof launchChromium>>
let page: Awaited<ReturnType<typeof newPage>>
/** Another origin of the same application, as preview deployments have it. */
let preview: string

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  applications = await installApplications([new URL('next', import.meta.url)])
  await applications.run('next', 'npm', ['run', 'build'])
  application = await applications.start('next', 'npm start', environment)
  preview = previewOf(application.origin)
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
})

function previewOf(origin: string): string {
  return origin.replace('localhost', 'preview.localhost')
}

function environment(origin: string): Record<string, string> {
  const { clientId, clientSecret } = emulator.clients.web
  return {
    ...{ ORIGINS: `${origin} ${previewOf(origin)}`, DOMAIN: emulator.url },
    ...{ CLIENT_ID: clientId, CLIENT_SECRET: clientSecret },
    CALENDAR_URL: `${emulator.url}/upstream/google-oauth2/calendar/v3`,
  }
}

async function logIn(origin = application.origin): Promise<void> {
  await page.goto(`${origin}/app/`)
  await page.getByRole('link', { name: 'Log in' }).click()
  await logInAs(page)
  await page.getByRole('heading', { name: 'Hello, Alice' }).waitFor()
}

async function connect(name: string): Promise<void> {
  await press(page, `Connect ${name}`)
  await press(page, 'Allow')
  await page.getByRole('listitem').filter({ hasText: name }).waitFor()
}

/** Records the errors and warnings of the page, and its requests for accounts, from now on. */
function listen(): { complaints: string[]; asked: string[] } {
  const complaints: string[] = []
  const asked: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => void complaints.push(String(error)))
  page.on('request', (request) => {
    if (request.url().includes('/me/v1/')) asked.push(request.method())
  })
  return { complaints, asked }
}

test('a <Link> that prefetches the login starts none, and the click on it does', async () => {
  const prefetched = page.waitForResponse(/\/app\/auth\/login/)
  await page.goto(`${application.origin}/app/`)
  expect((await prefetched).status()).toBe(403)
  expect(await page.context().cookies()).toEqual([])
  await page.getByRole('link', { name: 'Log in' }).click()
  await logInAs(page)
  await page.getByRole('heading', { name: 'Hello, Alice' }).waitFor()
  expect(page.url()).toBe(`${application.origin}/app/`)
})

test('the first HTML has the lists, the page hydrates without a warning, and the browser asks for nothing again', async () => {
  await logIn()
  await connect('google-oauth2')
  expect(page.url()).toBe(`${application.origin}/app/`)
  const { complaints, asked } = listen()
  const html = (await (await page.reload())?.text()) ?? ''
  expect(html).toMatch(/<li>google-oauth2<button/)
  expect(html).toContain('value="github"')
  expect(html).not.toContain('Loading')
  // What a click does shows that the page is hydrated. Next.js redirects the request to its URL with a slash at the end.
  await press(page.getByRole('listitem'), 'Disconnect')
  await page.getByText('None yet.').waitFor()
  await expect.poll(() => asked).toContain('GET')
  expect(asked.slice(0, 2)).toEqual(['DELETE', 'DELETE'])
  expect(complaints).toEqual([])
  await page.reload()
  await page.getByText('None yet.').waitFor()
})

test('React in development mode has no warning about the hydration either', async () => {
  const developed = await applications.start('next', DEVELOP, environment)
  try {
    page.setDefaultTimeout(60_000) // each page is compiled when it is visited first
    await logIn(developed.origin)
    await connect('google-oauth2')
    const { complaints, asked } = listen()
    await page.reload()
    await press(page.getByRole('listitem'), 'Disconnect')
    await page.getByText('None yet.').waitFor()
    await expect.poll(() => asked).toContain('GET')
    expect(asked[0]).toBe('DELETE')
    expect(complaints).toEqual([])
  } finally {
    await developed.stop()
  }
})

describe('the component, whose lists the server has fetched', () => {
  /** Goes to the page with the component, as Alice with two accounts of Google and one of GitHub. */
  async function openSettings(origin: string, waitUntil: 'commit' | 'load'): Promise<void> {
    await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2', count: 2 })
    await emulator.seed({ user_id: 'auth0|alice', connection: 'github' })
    await page.goto(`${origin}/app/settings/`, { waitUntil })
    await page.locator('[data-part="item"]').nth(2).waitFor()
  }

  // Only in a browser does the button name the menu that it opens.
  const button = () => page.locator('[data-part="connect-menu"]')
  const waitForHydration = () => button().and(page.locator('[popovertarget]')).waitFor()

  test('its rows are there before any script, and hydration keeps each element, its place and the focus', async () => {
    await logIn()
    const { complaints, asked } = listen()
    const letScriptsThrough = await holdScripts(page)
    await openSettings(application.origin, 'commit')
    await page.getByRole('button', { name: /^Disconnect GitHub/ }).focus()
    expect(await button().getAttribute('popovertarget')).toBe(null)
    const before = await page.evaluateHandle(() =>
      [...document.querySelectorAll('[data-connected-accounts], [data-connected-accounts] *')].map(
        (element) => ({ element, top: element.getBoundingClientRect().top }),
      ),
    )
    letScriptsThrough()
    await waitForHydration()
    const after = await page.evaluate((elements) => {
      const stays = (element: Element, top: number) =>
        element.isConnected && element.getBoundingClientRect().top === top
      const rest = elements.filter(({ element, top }) => !stays(element, top))
      return {
        count: elements.length - document.querySelectorAll('[data-connected-accounts] *').length,
        changed: rest.map(({ element }) => element.outerHTML),
        focus: document.activeElement?.getAttribute('data-part'),
      }
    }, before)
    expect(after).toEqual({ count: 1, changed: [], focus: 'disconnect' })
    expect(complaints).toEqual([])
    expect(asked).toEqual([])
  })

  test('React in development mode has no warning about its hydration', async () => {
    const developed = await applications.start('next', DEVELOP, environment)
    try {
      page.setDefaultTimeout(60_000) // each page is compiled when it is visited first
      await logIn(developed.origin)
      const { complaints } = listen()
      await openSettings(developed.origin, 'load')
      await waitForHydration()
      expect(complaints).toEqual([])
    } finally {
      await developed.stop()
    }
  })

  test('a redirect connects an account, and the focus is on it when the person is back', async () => {
    await logIn()
    await page.goto(`${application.origin}/app/settings/`)
    const { complaints } = listen()
    await press(page, 'Connect GitHub')
    await press(page, 'Allow')
    await page.getByText('GitHub is connected.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('GitHub')
    expect(page.url()).toBe(`${application.origin}/app/settings/`)
    expect(complaints).toEqual([])
  })
})

test("server actions use the provider's token, disconnect and log out", async () => {
  await logIn()
  await connect('google-oauth2')
  await press(page, 'Read the calendar')
  await page.getByText('Next event: ').waitFor()
  await press(page, 'Disconnect all')
  await page.getByText('None yet.').waitFor()
  await press(page, 'Log out')
  await page.getByRole('link', { name: 'Log in' }).waitFor()
  expect(page.url()).toBe(`${application.origin}/app/`)
  const cookies = await page.context().cookies()
  expect(cookies.filter(({ name }) => name.includes('session'))).toEqual([])
})

test('a person who cancels at the provider comes back to the page under the basePath, with the code', async () => {
  await logIn()
  await press(page, 'Connect github')
  await press(page, 'Cancel')
  await page.getByText('That did not work: access_denied').waitFor()
  expect(page.url()).toBe(`${application.origin}/app/?auth_error=access_denied`)
})

test('at a preview origin, logins and connect flows end there', async () => {
  const { clients } = tenantWithWeb(defaultTenant(), (web) => {
    web.callbacks.push(`${preview}/app/auth/callback/`)
    web.allowed_logout_urls?.push(`${preview}/app/`)
  })
  emulator.tenant.set({ clients })
  await logIn(preview)
  expect(page.url()).toBe(`${preview}/app/`)
  await connect('google-oauth2')
  expect(page.url()).toBe(`${preview}/app/`)
  await page.goto(`${application.origin}/app/`)
  await page.getByRole('link', { name: 'Log in' }).waitFor()
  await page.goto(`${preview}/app/`)
  await press(page, 'Log out')
  await page.getByRole('link', { name: 'Log in' }).waitFor()
  expect(page.url()).toBe(`${preview}/app/`)
})

test('the 404 of a path that is no route names the path that the handler sees: Next.js removes the basePath', async () => {
  const answer = await fetch(`${application.origin}/app/auth/nothing/`)
  expect(answer.status).toBe(404)
  expect((await answer.json()).detail).toMatch(/^\/auth\/nothing\/ is not a route/)
})
