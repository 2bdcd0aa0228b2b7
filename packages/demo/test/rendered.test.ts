import { button } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { connect, itemsOf, logIn } from './person.js'

const demo = setUpDemo()
const page = () => demo().page
const rendered = () => `${demo().origin}/server`

/** What the page says that is wrong: React tells there where server and browser disagree. */
function recordErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    const isOfApi = message.text().includes('status of 404') // no account is connected
    if (message.type() === 'error' && !isOfApi) errors.push(message.text())
  })
  return errors
}

/** The page as the server sends it to this browser. */
async function html(): Promise<string> {
  return (await page().request.get(rendered())).text()
}

test('on the rendered page a person connects a calendar, sees its events, disconnects it and logs out', async () => {
  const errors = recordErrors(page())
  await logIn(page(), rendered())
  await page().getByText('No accounts yet').waitFor()
  await connect(page(), 'Google')
  expect(new URL(page().url()).pathname).toBe('/server')
  await itemsOf(page(), 'Upcoming events').first().waitFor()
  expect(await itemsOf(page(), 'Upcoming events').count()).toBe(5)
  expect(await itemsOf(page(), 'Connected accounts').textContent()).toContain('Read calendars')

  await button(itemsOf(page(), 'Connected accounts'), 'Disconnect').click()
  await button(page().getByRole('dialog'), 'Disconnect').click()
  await page().getByText('Google was disconnected.').waitFor()
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
  for (const words of ['Hello, Alice', 'Connect GitHub', 'Read calendars', 'Dentist']) {
    expect(text).toContain(words)
  }
  await page().goto('about:blank') // nothing of the page before is under way
  const errors = recordErrors(page())
  const asked: string[] = []
  page().on('request', (request) => request.resourceType() === 'fetch' && asked.push(request.url()))
  await page().goto(rendered())
  await page().getByText('All 4 scopes').click()
  await page().getByText('https://www.googleapis.com/auth/calendar.readonly').waitFor()
  expect(asked).toEqual([])
  expect(errors).toEqual([])
})

test('an account shows its name after connecting, and a disconnect revokes it at the provider', async () => {
  await logIn(page(), rendered())
  await connect(page(), 'Google')
  const item = itemsOf(page(), 'Connected accounts')
  await item.getByText('Alice · alice@google.example').waitFor()
  const revoked = page().waitForResponse((response) => response.request().method() === 'DELETE')
  await button(item, 'Disconnect').click()
  await page().getByText('is taken back there, too').waitFor()
  await button(page().getByRole('dialog'), 'Disconnect').click()
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
  await button(page(), 'Connect GitHub').click()
  await button(page(), 'Cancel').click()
  await page().getByText('Nothing was connected').waitFor()
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
  await button(page(), 'Connect GitHub').click()
  await page().getByText('Your session is over').waitFor()
})
