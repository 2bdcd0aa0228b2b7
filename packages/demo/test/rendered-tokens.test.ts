import { fileURLToPath } from 'node:url'
import { createEmulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import type { Page } from 'playwright-core'
import { afterEach, expect, test, vi } from 'vitest'
import { listen } from '../src/server/listen.js'
import { createServer } from '../src/server/server.js'
import { connect, itemsOf, logIn } from './person.js'

afterEach(() => vi.restoreAllMocks())

/** Records every token that this process receives, from any server. */
function recordTokens(): Set<string> {
  const tokens = new Set<string>()
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
    const response = await fetch(...request)
    if (!response.url.endsWith('/oauth/token')) return response
    const body: Record<string, unknown> = await response.clone().json()
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      if (typeof body[name] === 'string') tokens.add(body[name])
    }
    return response
  })
  return tokens
}

/** All that scripts of a page can read: bodies, headers but those of cookies, storage, cookies, and the page itself. */
function recordReadable(page: Page) {
  const answers: Promise<string>[] = []
  page.on('response', (response) => {
    const { 'set-cookie': _, ...headers } = response.headers()
    const body = response.text().catch(() => '') // a redirect has none
    answers.push(body.then((text) => text + response.url() + JSON.stringify(headers)))
  })
  return async () => {
    const stored = await page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        document.documentElement.outerHTML,
      ]),
    )
    return [...(await Promise.all(answers)), stored].join('\n')
  }
}

test('on the rendered page all hooks work, and no token reaches the browser', async () => {
  const tokens = recordTokens()
  const emulator = await createEmulator({ port: 0 })
  const { web, spa, api } = emulator.clients
  const settings = {
    ...{ tenant: emulator.url, clientId: spa.clientId, audience: api.audience, web },
    ...{ apiClientId: api.clientId, apiClientSecret: api.clientSecret },
    calendarUrl: `${emulator.url}/upstream/google-oauth2/calendar/v3`,
  }
  const appFolder = fileURLToPath(new URL('../dist/app', import.meta.url))
  const { origin, close } = await listen(0, (origin) => {
    const { fetch } = createServer({ settings, origin, appFolder })
    return (request) => fetch(request)
  })
  const browser = await launchChromium()
  const page = await newPage(browser)
  try {
    const readable = recordReadable(page)
    await logIn(page, `${origin}/server`)
    await connect(page, 'Google')
    await itemsOf(page, 'Upcoming events').first().waitFor()
    const withAccount = await readable()
    await page.clock.install()
    await itemsOf(page, 'Connected accounts').getByText('Disconnect').click()
    await page.clock.runFor(10_000)
    await page.getByText('Google is disconnected.').first().waitFor()
    const all = withAccount + (await readable())
    expect(all).toContain('calendar.readonly') // it is what the page is made of
    expect(tokens.size).toBeGreaterThanOrEqual(5) // of the login three, of the My Account API, and of Google
    expect([...tokens].filter((token) => all.includes(token))).toEqual([])
  } finally {
    await browser.close()
    close()
    await emulator.close()
  }
})
