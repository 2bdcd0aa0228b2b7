import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { servePage } from '@connected-accounts/testing/application/page-server'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import {
  buildNextApp,
  type NextApp,
  type RunningNextApp,
} from '@connected-accounts/testing/nextjs/app'
import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Operations } from './pages/nextjs-auth0.js'

// Needs npm's registry: for nextjs-auth0 and Next.js. The application is the emulator's, as it is.
let next: NextApp
let emulator: Emulator
let apps: Record<'Bearer' | 'DPoP', RunningNextApp>
let browser: Browser
let script: string
let page: Page

beforeAll(async () => {
  next = await buildNextApp()
  ;[emulator, browser] = await Promise.all([createEmulator({ port: 0 }), launchChromium()])
  const keys = await generateKeyPair('ES256', { extractable: true })
  const dpop = {
    AUTH0_DPOP_PRIVATE_KEY: await exportPKCS8(keys.privateKey),
    AUTH0_DPOP_PUBLIC_KEY: await exportSPKI(keys.publicKey),
  }
  apps = { Bearer: await next.start(emulator), DPoP: await next.start(emulator, dpop) }
  const server = await servePage(new URL('pages/nextjs-auth0.ts', import.meta.url))
  script = await (await fetch(`${server.origin}/page.js`)).text()
  await server.close()
}, 400_000)
afterAll(async () => {
  await Promise.all([apps?.Bearer.stop(), apps?.DPoP.stop(), emulator?.close(), browser?.close()])
  await next?.remove()
})
beforeEach(async () => {
  emulator.reset()
  const context = await browser.newContext()
  context.setDefaultTimeout(20_000)
  page = await context.newPage()
})

async function logIn({ origin }: RunningNextApp): Promise<void> {
  await page.goto(origin)
  await page.getByRole('link', { name: 'Log in' }).click()
  await logInAs(page)
  await page.getByRole('heading', { name: 'Alice' }).waitFor()
}

/** Lets the page that is open do something with the client. */
async function call<Name extends keyof Operations>(
  name: Name,
  ...parameters: Parameters<Operations[Name]>
): Promise<Awaited<ReturnType<Operations[Name]>>> {
  await page.addScriptTag({ content: script })
  return page.evaluate<Awaited<ReturnType<Operations[Name]>>>(
    `operations.${name}(...${JSON.stringify(parameters)})`,
  )
}

test.for(['Bearer', 'DPoP'] as const)(
  'through the proxy of nextjs-auth0 with %s a page lists connections, connects, lists and deletes',
  async (scheme) => {
    await logIn(apps[scheme])
    const scopes = new Set<string>()
    page.on('request', (request) => {
      const { scope } = request.headers()
      if (request.url().includes('/me/v1/')) scopes.add(`${request.method()} ${scope}`)
    })
    expect(await call('connections')).toContain('google-oauth2')
    await page.goto(await call('start', 'google-oauth2'))
    await press(page, 'Allow')
    await page.getByRole('heading', { name: 'Alice' }).waitFor()
    expect(await call('complete')).toBe('google-oauth2')
    const accounts = await call('list')
    expect(accounts).toMatchObject([{ connection: 'google-oauth2' }])
    await call('remove', accounts[0]?.id ?? '')
    expect(await call('list')).toEqual([])
    expect([...scopes].sort()).toEqual([
      'DELETE delete:me:connected_accounts',
      'GET read:me:connected_accounts',
      'POST create:me:connected_accounts',
    ])
  },
)

test('all accounts are listed, though nextjs-auth0 itself lists none where they are of several pages', async () => {
  await emulator.seed({ user_id: 'auth0|alice', connection: 'acme', count: 25 })
  await logIn(apps.Bearer)
  expect(await call('list')).toHaveLength(25)
})

test('where nobody is logged in the proxy answers 401 with no problem, and problems of the tenant come through', async () => {
  await page.goto(apps.Bearer.origin)
  expect(await call('failure', 'list')).toEqual({ code: 'unexpected_response', status: 401 })
  await logIn(apps.Bearer)
  emulator.failNext('getConnectedAccounts', { status: 429 })
  expect(await call('failure', 'list')).toEqual({ code: 'rate_limited', status: 429 })
})
