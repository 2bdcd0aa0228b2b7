import { button } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { choose, connect, itemsOf, logIn, refuse } from './person.js'

const demo = setUpDemo()
const page = () => demo().page
const rendered = () => `${demo().origin}/server`

/** What the page says that is wrong: React tells there where server and browser disagree. */
function recordErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}

/** The page as the server sends it to this browser. */
async function html(): Promise<string> {
  return (await page().request.get(rendered())).text()
}

test('on the rendered page a person connects a calendar, sees its events, disconnects it and logs out', async () => {
  const errors = recordErrors(page())
  await page().clock.install()
  await logIn(page(), rendered())
  await page().locator('[data-part="empty-title"]').waitFor()
  await connect(page(), 'Google')
  expect(new URL(page().url()).pathname).toBe('/server')
  await itemsOf(page(), 'Upcoming events').first().waitFor()
  expect(await itemsOf(page(), 'Upcoming events').count()).toBe(5)

  await itemsOf(page(), 'Connected accounts').getByText('Disconnect').click()
  await page().clock.runFor(10_000)
  await page().getByText('Google is disconnected.').first().waitFor()
  await page().getByText('Connect Google to see your events').waitFor()
  await button(page(), 'Log out').click()
  await button(page(), 'Log in').waitFor()
  expect(await html()).not.toContain('Alice')
  expect(errors).toEqual([])
})

test('the accounts, the connections and the events are in the page already, and the browser asks for none of them again', async () => {
  await logIn(page(), rendered())
  await connect(page(), 'Google')
  const [body = ''] = (await html()).split('<script id="state"')
  const text = body.replaceAll(/<[^>]*>/g, '')
  for (const words of ['Hello, Alice', 'Connect GitHub', 'Connected on', 'Dentist']) {
    expect(text).toContain(words)
  }
  await page().goto('about:blank') // nothing of the page before is under way
  const errors = recordErrors(page())
  const asked: string[] = []
  page().on('request', (request) => request.resourceType() === 'fetch' && asked.push(request.url()))
  await page().goto(rendered())
  await button(page(), 'Connect account').click()
  await button(page(), 'Connect GitHub').waitFor()
  expect(asked).toEqual([])
  expect(errors).toEqual([])
})

test('an account shows its name after connecting, and a disconnect revokes it at the provider', async () => {
  await page().clock.install()
  await logIn(page(), rendered())
  await connect(page(), 'Google')
  const item = itemsOf(page(), 'Connected accounts')
  await item.getByText('Alice', { exact: true }).waitFor()
  await item.getByText('Google · alice@google.example').waitFor()
  const revoked = page().waitForResponse((response) => response.request().method() === 'DELETE')
  await item.getByText('Disconnect').click()
  await page().clock.runFor(10_000)
  expect((await revoked).status()).toBe(204)
  const { domain }: { domain: string } = await (await fetch(`${demo().origin}/config.json`)).json()
  const requests = await (await fetch(`${domain}/?tab=requests`)).text()
  expect(requests).toContain('/upstream/google-oauth2/revoke')
})

test('times are those of the person, whatever time zone the server has', async () => {
  await logIn(page(), rendered())
  await connect(page(), 'Google')
  const times = itemsOf(page(), 'Upcoming events').getByRole('time')
  await times.first().waitFor()
  const [first] = await times.evaluateAll((all) =>
    all.map((time) => [time.textContent, time.getAttribute('datetime') ?? '']),
  )
  const [text = '', iso = ''] = first ?? []
  const start = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' })
  expect(text).toContain(start.format(new Date(iso)))
})

test('on the rendered page lists are of all pages, and a connection that is refused is said kindly', async () => {
  const { control } = demo()
  await control('accounts', { user_id: 'auth0|alice', connection: 'acme', count: 45 })
  await logIn(page(), rendered())
  await itemsOf(page(), 'Connected accounts').first().waitFor()
  expect(await itemsOf(page(), 'Connected accounts').count()).toBe(45)
  await choose(page(), 'GitHub')
  await refuse(page())
  await page().getByText('You did not allow the access').waitFor()
})

test('on the rendered page a login that was started elsewhere is told so', async () => {
  await page().goto(`${rendered()}/auth/callback?state=login.of-another&code=code`)
  await page().getByText('This login was started elsewhere or interrupted.').waitFor()
})

test('the page that is to be filled in is not shown as it is', async () => {
  expect((await page().request.get(`${demo().origin}/server.html`)).status()).toBe(404)
})

test('on the rendered page a session that is over is said, with the way out', async () => {
  await logIn(page(), rendered())
  await page().context().clearCookies()
  await choose(page(), 'GitHub')
  await page().getByText('Your session has ended.').waitFor()
  await button(page(), 'Log in again').waitFor()
})
