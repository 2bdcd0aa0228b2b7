import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import {
  type InstalledApplications,
  installApplications,
  type RunningApplication,
} from '@connected-accounts/testing/environment/install'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

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
  const developed = await applications.start(
    'next',
    'npx next dev --hostname localhost',
    environment,
  )
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
