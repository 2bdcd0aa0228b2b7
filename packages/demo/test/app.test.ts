import { button } from '@connected-accounts/testing/chromium/person'
import type { APIResponse } from 'playwright-core'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { connect, itemsOf, logIn, tabTo } from './person.js'

const demo = setUpDemo()

test('a person connects a calendar, sees its events, and disconnects it', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await page.getByText('No accounts yet').waitFor()
  await page.getByText('Connect Google to see your events').waitFor()
  await connect(page, 'Google')

  const account = itemsOf(page, 'Connected accounts')
  expect(await account.count()).toBe(1)
  expect(await account.textContent()).toContain('Read calendars')
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/Berlin' })
  expect(await account.getByRole('time').textContent()).toBe(today.format(new Date()))
  await account.getByText('All 4 scopes').click()
  await account.getByText('https://www.googleapis.com/auth/calendar.readonly').waitFor()

  await itemsOf(page, 'Upcoming events').first().waitFor()
  expect(await itemsOf(page, 'Upcoming events').count()).toBe(5)

  await button(account, 'Disconnect').click()
  await button(page.getByRole('dialog'), 'Disconnect').click()
  await page.getByText('Google was disconnected.').waitFor()
  await page.getByText('Connect Google to see your events').waitFor()
  expect(await account.count()).toBe(0)
  await page.reload()
  await page.getByText('No accounts yet').waitFor()
  expect(await page.getByText('Google is connected.').count()).toBe(0)
})

test('a connection that the person refuses is said kindly, and can be tried again', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await button(page, 'Connect GitHub').click()
  await button(page, 'Cancel').click()
  await page.getByText('Nothing was connected').waitFor()
  await page.getByText('No accounts yet').waitFor()
  expect(new URL(page.url()).search).toBe('')
  await connect(page, 'GitHub')
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1)
})

test('a reload while the connection is being finished finishes it', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  const tries: string[] = []
  await page.route('**/connected-accounts/complete', (route) => {
    if (tries.push(route.request().method()) > 1) void route.continue()
  })
  const held = page.waitForRequest('**/connected-accounts/complete')
  await button(page, 'Connect Acme').click()
  await button(page, 'Allow').click()
  await held
  await page.reload()
  await page.getByText('Acme is connected.').waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1)
})

test('a list that was asked for before the connection was finished is asked for again', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await connect(page, 'GitHub')
  await button(page, 'Connect Acme').click()
  await button(page, 'Allow').waitFor() // the start of a flow asks for the list, too
  const completed = page.waitForResponse('**/connected-accounts/complete')
  const early: Promise<APIResponse>[] = []
  await page.route('**/connected-accounts/accounts*', async (route) => {
    if (early.length > 0) return route.continue()
    const answer = route.fetch()
    early.push(answer)
    await completed
    await route.fulfill({ response: await answer }).catch(() => undefined) // nobody may wait for it any longer
  })
  await page.route('**/connected-accounts/complete', async (route) => {
    await expect.poll(() => early.length).toBe(1)
    await Promise.all(early)
    await route.continue()
  })
  await button(page, 'Allow').click()
  await page.getByText('Acme is connected.').waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(2)
})

test('a reload keeps the session and the account', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await connect(page, 'Google')
  await page.reload()
  await itemsOf(page, 'Upcoming events').first().waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1)
  await page.getByRole('heading', { name: 'Hello, Alice.' }).waitFor()
})

test('all of it works with the keyboard alone', async () => {
  const { page, origin } = demo()
  await page.goto(origin)
  await tabTo(page, 'Log in')
  await page.keyboard.press('Enter')
  await page.locator('#username').focus()
  await page.keyboard.type('alice@example.test')
  await page.keyboard.press('Tab')
  await page.keyboard.type('password')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Connect Google')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Allow')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Disconnect')

  const focused = page.locator(':focus')
  await page.keyboard.press('Enter')
  expect(await focused.textContent()).toBe('Cancel')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused.textContent()).toBe('Disconnect')

  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('Google was disconnected.').waitFor()
  expect(await focused.textContent()).toContain('Connected accounts')
})

test('two accounts of one connection are told apart', async () => {
  const { page, origin, control } = demo()
  await control('accounts', { user_id: 'auth0|alice', connection: 'google-oauth2', count: 2 })
  await logIn(page, origin)
  await itemsOf(page, 'Connected accounts').first().waitFor()
  const [one, other] = await itemsOf(page, 'Connected accounts').allTextContents()
  expect(one).toMatch(/ID ends in …\w{4}/)
  expect(one).not.toBe(other)
})

test('a thousand accounts are all there, and can be filtered', async () => {
  const { page, origin, control } = demo()
  for (let hundreds = 0; hundreds < 9; hundreds += 1) {
    await control('accounts', { user_id: 'auth0|alice', connection: 'acme', count: 100 })
  }
  await control('accounts', { user_id: 'auth0|alice', connection: 'github', count: 100 })
  await logIn(page, origin)
  await itemsOf(page, 'Connected accounts').first().waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1000)
  await page.getByRole('searchbox', { name: 'Filter accounts' }).fill('github')
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(100)
  await page.getByRole('searchbox').fill('nobody')
  await page.getByText('No account matches “nobody”.').waitFor()
})

test('logging out ends the session', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await button(page, 'Log out').click()
  await button(page, 'Log in').click()
  await page.locator('#username').waitFor()
})

test('nothing is wider than a small phone', async () => {
  const { page, origin } = demo()
  await page.setViewportSize({ width: 360, height: 700 })
  await logIn(page, origin)
  await connect(page, 'Google')
  await page.getByText('All 4 scopes').click()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(360)
})
