import { createServer as listen } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { getRequestListener } from '@hono/node-server'
import { afterAll, expect, test } from 'vitest'
import { createHandler } from '../src/index.js'
import { createServer } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
const browser = await launchChromium()
const http = listen()
await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
afterAll(async () => {
  await browser.close()
  http.close()
  await emulator.close()
})

const { port } = http.address() as AddressInfo // a TCP server has no other
const origin = `http://localhost:${port}`
const authorizationParams = { redirect_uri: `${origin}/auth/callback` }
const handler = createHandler(createServer(emulator, { authorizationParams }))

/** The requests for the login: their purpose, and their status. */
const logins: string[] = []
const speculate = (kind: string) =>
  `<script type="speculationrules">{"${kind}":[{"urls":["/auth/login"],"eagerness":"immediate"}]}</script>`
const embeds: Record<string, string> = {
  '/prefetch': '<link rel="prefetch" href="/auth/login">',
  '/speculate': speculate('prefetch'),
  '/prerender': speculate('prerender'),
  '/image': '<img src="/auth/login" alt="">',
}

http.on(
  'request',
  getRequestListener(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/auth/')) {
      const answer = await handler(request)
      if (pathname === '/auth/login') {
        const { headers } = request
        const purpose = headers.get('sec-purpose') ?? headers.get('sec-fetch-dest')
        logins.push(`${purpose}: ${answer.status}`)
      }
      return answer
    }
    const body = `${embeds[pathname] ?? ''}<a href="/auth/login">Log in</a>`
    return new Response(`<!doctype html>${body}`, { headers: { 'content-type': 'text/html' } })
  }),
)

test.for([
  ['/prefetch', 'prefetch: 403'],
  ['/speculate', 'prefetch: 403'],
  ['/prerender', 'prefetch;prerender: 403'],
  ['/image', 'image: 403'],
] as const)(
  'a browser that asks as on the page %s starts a login only when the person clicks',
  async ([path, first]) => {
    logins.length = 0
    const page = await newPage(browser)
    await page.goto(origin + path)
    await expect.poll(() => logins, { timeout: 10_000 }).toEqual([first])
    expect(await page.context().cookies()).toEqual([])
    await page.getByRole('link', { name: 'Log in' }).click()
    await page.locator('#username').waitFor()
    expect(logins).toEqual([first, 'document: 303'])
  },
)

test('the page of an error is readable on a narrow screen, keeps to its policy, and leads on by keyboard', async () => {
  const page = await newPage(browser)
  const violations: string[] = []
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) violations.push(message.text())
  })
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`${origin}/auth/callback?state=login.unknown&code=c`)
  await page.getByRole('heading', { name: 'You are not logged in' }).waitFor()
  const link = page.getByRole('link', { name: 'Log in' })
  const background = await link.evaluate((element) => getComputedStyle(element).backgroundColor)
  expect(background).not.toBe('rgba(0, 0, 0, 0)') // the style sheet is allowed
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  expect(violations).toEqual([])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#username').waitFor()
})
