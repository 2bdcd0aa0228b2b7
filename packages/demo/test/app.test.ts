import { button } from '@connected-accounts/testing/chromium/person'
import type { APIResponse, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { choose, connect, connected, itemsOf, logIn, tabTo } from './person.js'

const demo = setUpDemo()

/** Waits until the list says that it is empty. */
function nothingConnected(page: Page): Promise<void> {
  return page.locator('[data-part="empty-title"]').waitFor()
}

test('a person connects a calendar, sees its events, and disconnects it', async () => {
  const { page, origin } = demo()
  await page.clock.install()
  await logIn(page, origin)
  await nothingConnected(page)
  await page.getByText('Connect Google to see your events').waitFor()
  await connect(page, 'Google')

  const account = itemsOf(page, 'Connected accounts')
  expect(await account.count()).toBe(1)
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/Berlin' })
  expect(await account.textContent()).toContain(`Connected on ${today.format(new Date())}`)
  await itemsOf(page, 'Upcoming events').first().waitFor()
  expect(await itemsOf(page, 'Upcoming events').count()).toBe(5)

  await account.getByText('Disconnect').click()
  expect(await account.count()).toBe(1) // it can still be undone
  await page.clock.runFor(10_000)
  await page.getByText('Google is disconnected.').first().waitFor()
  await page.getByText('Connect Google to see your events').waitFor()
  await nothingConnected(page)
  await page.reload()
  await nothingConnected(page)
  expect(await page.getByText('Google is connected.').count()).toBe(0)
})

test('a connection that the person refuses is said kindly, and can be tried again', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await choose(page, 'GitHub')
  await button(page, 'Cancel').click()
  await page.getByText('You did not allow the access, so nothing has changed.').waitFor()
  await nothingConnected(page)
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
  await choose(page, 'Acme')
  await button(page, 'Allow').click()
  await held
  await page.reload()
  await connected(page, 'Acme')
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1)
})

test('a list that was asked for before the connection was finished is asked for again', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await connect(page, 'GitHub')
  await choose(page, 'Acme')
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
  await connected(page, 'Acme')
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
  const focused = page.locator(':focus')
  await page.locator(':focus', { hasText: /^Google$/ }).waitFor() // the new account, after the way back

  await tabTo(page, /^Disconnect Google/)
  await page.keyboard.press('Enter')
  expect(await focused.textContent()).toBe('Undo')
  await page.keyboard.press('Enter')
  expect(await focused.textContent()).toBe('Disconnect')

  await page.clock.install()
  await page.keyboard.press('Enter')
  await page.clock.runFor(10_000)
  await page.getByText('Google is disconnected.').first().waitFor()
  expect(await focused.textContent()).toContain('Connected accounts')
})

test('two accounts of one connection are told apart, by names that are gone after the logout', async () => {
  const { page, origin, control } = demo()
  await control('accounts', { user_id: 'auth0|alice', connection: 'google-oauth2', count: 2 })
  await logIn(page, origin)
  await itemsOf(page, 'Connected accounts').first().waitFor()
  const accounts = itemsOf(page, 'Connected accounts')
  for (const name of ['Private', 'Work']) {
    const account = accounts.nth(name === 'Work' ? 1 : 0)
    await account.getByText('Rename').click()
    await account.getByRole('textbox').fill(name)
    await button(account, 'Save').click()
  }
  await page.reload()
  await expect
    .poll(() => accounts.allTextContents())
    .toEqual([
      expect.stringMatching(/^PrivateGoogle · Connected on .*\d:\d\d/),
      expect.stringMatching(/^WorkGoogle · Connected on .*\d:\d\d/),
    ])
  await button(page, 'Log out').click()
  await button(page, 'Log in').waitFor()
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('Private')
})

test('a thousand accounts are all there', async () => {
  const { page, origin, control } = demo()
  for (let hundreds = 0; hundreds < 10; hundreds += 1) {
    await control('accounts', { user_id: 'auth0|alice', connection: 'acme', count: 100 })
  }
  await logIn(page, origin)
  await itemsOf(page, 'Connected accounts').first().waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1000)
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
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(360)
})
