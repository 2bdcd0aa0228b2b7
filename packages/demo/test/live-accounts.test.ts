import type { AccountEvent } from '@connected-accounts/client'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { logInAs } from '@connected-accounts/testing/chromium/person'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startLiveApplication } from './live-application.js'

const app = await startLiveApplication()
const { emulator, origin } = app
const browser = await launchChromium()
let context: BrowserContext
beforeEach(async () => {
  emulator.reset()
  context = await newContext('alice')
})
afterEach(async () => {
  await context.close()
  await expect.poll(app.openStreams).toBe(0)
})
afterAll(async () => {
  await browser.close()
  await app.close()
})

/** A browser in which somebody is logged in, who has an account at GitHub. */
async function newContext(name: string): Promise<BrowserContext> {
  const created = await browser.newContext()
  created.setDefaultTimeout(10_000)
  await emulator.seed({ user_id: `auth0|${name}`, connection: 'github' })
  const page = await created.newPage()
  await page.goto(`${origin}/auth/login`)
  await logInAs(page, `${name}@example.test`)
  await page.waitForURL(`${origin}/`)
  await page.close()
  return created
}

/** Opens the page in a new tab, and waits until it shows the accounts. */
async function openTab(search = '?user=auth0|alice', inContext = context): Promise<Page> {
  const page = await inContext.newPage()
  await page.goto(origin + search)
  await expect.poll(() => shown(page)).toBe('connected')
  return page
}

const shown = (page: Page, title = 'github') => page.getByTitle(title).textContent()

let written = 0
/** What the log says if Token Vault has refused an exchange, because the grant is dead. */
function failedExchange(changes: Partial<AccountEvent> = {}): AccountEvent {
  written += 1
  return {
    id: `log ${written}`,
    type: 'exchange_failed',
    user: 'auth0|alice',
    connection: 'github',
    reason: 'not_connected',
    at: Date.now(),
    ...changes,
  }
}
const reconnected = () => app.publish(failedExchange({ type: 'exchanged' }))

test('a grant that the person revoked is shown within two seconds of another program’s failed exchange, without a request of the page', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  const login = { emulator, client: emulator.clients.web }
  const { refresh_token: subjectToken = '' } = await loginWithCode(login)
  emulator.switches.set({ providerRefreshToken: 'revoked' })
  emulator.clock.advance(7200) // the provider's access token has expired
  app.lists.length = 0
  let loggedAt = 0
  const stop = emulator.onLog(({ type }) => {
    if (type === 'feta') loggedAt = Date.now()
  })
  onTestFinished(stop)
  const { clientId, clientSecret } = emulator.clients.web
  const exchange = exchangeConnectionToken({
    domain: emulator.domain,
    clientId,
    clientAuth: { clientSecret },
    connection: 'github',
    subjectToken,
    subjectTokenType: 'refresh_token',
  })
  await expect(exchange).rejects.toMatchObject({ code: 'connection_not_connected' })
  await expect.poll(() => shown(page), { interval: 10 }).toBe('expired')
  expect(Date.now() - loggedAt).toBeLessThan(2000)
  expect(app.lists).toEqual([])
  expect(await shown(page, 'accounts')).toBe('1')
})

test('an account that another program disconnects leaves the list, and one that it connects is in it', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  const accessToken = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
  const headers = { authorization: `Bearer ${accessToken}` }
  const accounts = `${emulator.url}/me/v1/connected-accounts/accounts`
  const listed = await (await fetch(accounts, { headers })).json()
  await fetch(`${accounts}/${listed.accounts[0].id}`, { method: 'DELETE', headers })
  await expect.poll(() => shown(page, 'accounts'), { timeout: 2000 }).toBe('0')
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github' }) // has no line in the log
  await app.publish(failedExchange({ type: 'connected' }))
  await expect.poll(() => shown(page), { timeout: 2000 }).toBe('connected')
})

test('a grant that works again is shown as such', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  await app.publish(failedExchange())
  await expect.poll(() => shown(page)).toBe('expired')
  await reconnected()
  await expect.poll(() => shown(page)).toBe('connected')
})

test('a page is told nothing of another user, nor that an exchange failed for a reason of its own', async () => {
  const his = await newContext('bob')
  const [page, other] = [await openTab(), await openTab('?user=auth0|bob', his)]
  await expect.poll(app.openStreams).toBe(2)
  await app.publish(failedExchange({ user: 'auth0|bob' }))
  await expect.poll(() => shown(other)).toBe('expired')
  expect(await shown(page)).toBe('connected')
  // Alice's page, in a browser in which Bob is logged in by now.
  const stale = await openTab('?user=auth0|alice', his)
  await expect.poll(app.openStreams).toBe(3)
  await app.publish(failedExchange({ user: 'auth0|bob' }))
  await app.publish(failedExchange({ reason: 'other' }))
  await app.publish(failedExchange({ type: 'connect_failed' }))
  await app.publish(failedExchange({ connection: 'google-oauth2' }))
  await app.publish(failedExchange({ user: 'auth0|bob', type: 'exchanged' }))
  await expect.poll(() => shown(other)).toBe('connected') // so the events before have come, too
  expect(await shown(stale)).toBe('connected')
  expect(await shown(page)).toBe('connected')
  await his.close()
})

test('the tabs of a browser share one connection, and when the tab that has it is closed, another one goes on', async () => {
  const [first, second] = [await openTab(), await openTab()]
  const third = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  app.streams.length = 0
  await app.publish(failedExchange())
  for (const page of [first, second, third]) await expect.poll(() => shown(page)).toBe('expired')
  await first.close()
  await reconnected() // while nobody is connected
  await expect.poll(() => shown(second)).toBe('connected')
  await expect.poll(() => shown(third)).toBe('connected')
  expect([app.openStreams(), app.streams]).toEqual([1, [200]])
})

test('a connection that is cut goes on after the last event, and nothing is lost', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  app.streams.length = 0
  app.cut()
  await app.publish(failedExchange())
  await expect.poll(() => app.streams.at(-1), { timeout: 10_000 }).toBe(503)
  expect(await shown(page)).toBe('connected')
  app.lists.length = 0
  app.reconnect()
  await expect.poll(() => shown(page), { timeout: 15_000 }).toBe('expired')
  expect(app.lists).toEqual([])
})

test('a page that has missed too much fetches its lists again, once', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  app.cut()
  await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  for (let index = 0; index < 101; index += 1) {
    await app.publish(failedExchange({ type: 'exchanged' }))
  }
  app.lists.length = 0
  app.reconnect()
  await expect.poll(() => shown(page, 'accounts'), { timeout: 15_000 }).toBe('2')
  expect(app.lists).toEqual(['accounts'])
})

test('a logout ends the connection, and the page does not ask again', async () => {
  const page = await openTab()
  await expect.poll(app.openStreams).toBe(1)
  app.streams.length = 0
  await page.evaluate(() =>
    fetch('/auth/logout', { method: 'POST', body: new URLSearchParams(), redirect: 'manual' }),
  )
  await expect.poll(app.openStreams).toBe(0)
  await expect.poll(() => app.streams, { timeout: 10_000 }).toEqual([401])
})

test('a page without events fetches the list again when the person comes back to it', async () => {
  const page = await openTab('?user=auth0|alice&quiet')
  expect(app.openStreams()).toBe(0)
  app.lists.length = 0
  await page.evaluate(() =>
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true })),
  )
  await expect.poll(() => app.lists).toEqual(['accounts'])
})
