import { button } from '@connected-accounts/testing/chromium/person'
import type { Page, Response } from 'playwright-core'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { choose, connect, connected, itemsOf, logIn } from './person.js'

const demo = setUpDemo()

/** Has the page ask for a new token of the My Account API. */
function forgetToken(page: Page) {
  return page.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.includes('/me/')) localStorage.removeItem(key)
    }
  })
}

test('a list that the server refuses says why, and offers a new login', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await page.locator('[data-part="empty-title"]').waitFor()
  await control('faults', { operation: 'getConnectedAccounts', status: 403 })
  await page.reload()
  await page.getByText('Your login does not allow this.').waitFor()
  await button(page, 'Log in again').waitFor()
})

test('the red lines of a first visit to a tenant that wants nonces are requests for one, and the same request succeeds next, as the docs say', async () => {
  const { page, origin } = demo()
  const answers: Response[] = []
  page.on('response', (response) => answers.push(response))
  await logIn(page, origin)
  await page.locator('[data-part="empty-title"]').waitFor()
  const red = answers.filter((answer) => [400, 401].includes(answer.status()))
  expect(red.map((answer) => answer.status())).toEqual(expect.arrayContaining([400, 401]))
  for (const answer of red) {
    expect(await answer.headerValue('dpop-nonce')).not.toBeNull()
    const succeeded = () =>
      answers
        .slice(answers.indexOf(answer) + 1)
        .filter((other) => other.url() === answer.url() && other.ok())
    // A part of the page may still wait for its token when the list is there.
    await expect.poll(succeeded).not.toEqual([])
  }
})

test('events that fail leave the rest alone, and load when tried again', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await connect(page, 'Google')
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await control('switches', { provider: 'down' })
  await page.reload()
  await page.getByRole('heading', { name: 'The calendar is out of reach' }).waitFor()
  expect(await itemsOf(page, 'Connected accounts').count()).toBe(1)
  await control('switches', { provider: 'up' })
  await button(page, 'Try again').click()
  await itemsOf(page, 'Upcoming events').first().waitFor()
})

test('an account that cannot be disconnected stays, and says why', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await connect(page, 'Acme')
  await control('faults', { operation: 'deleteConnectedAccount', status: 500 })
  const account = itemsOf(page, 'Connected accounts')
  await page.clock.install()
  await account.getByText('Disconnect').click()
  await page.clock.runFor(10_000)
  await account.getByRole('alert').waitFor()
  await button(account, 'Try again').waitFor()
  expect(await account.count()).toBe(1)
})

test('a session whose refresh token is revoked asks for a new login', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await page.locator('[data-part="empty-title"]').waitFor()
  await forgetToken(page)
  await control('reset')
  await page.reload()
  await page.getByText('Your session has ended.').waitFor()
  await button(page, 'Log in again').first().click()
  await page.locator('#username').waitFor()
})

test('a token that is asked for when somebody logs out does not log them in again', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await page.locator('[data-part="empty-title"]').waitFor()
  await forgetToken(page)
  await control('faults', { operation: 'getToken', delay: 500 })
  await page.route('**/v2/logout?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500)) // the page stays until there is an answer
    await route.continue()
  })
  await page.reload()
  await button(page, 'Log out').click()
  await button(page, 'Log in').waitFor()
})

test('the error of a login is said, and the login can be tried again', async () => {
  const { page, origin } = demo()
  await page.goto(origin)
  const authorize = page.waitForRequest(/\/authorize\?/)
  await button(page, 'Log in').click()
  await page.locator('#username').waitFor()
  const { searchParams } = new URL((await authorize).url())
  const state = encodeURIComponent(searchParams.get('state') ?? '')
  await page.goto(`${origin}/?error=access_denied&error_description=No&state=${state}`)
  await page.getByText('You are not logged in').waitFor()
  await page.getByText('cancelled or not allowed').waitFor()
  await logIn(page, origin)
})

test('a connect callback that finds nobody logged in goes on after the login', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await choose(page, 'Acme')
  await button(page, 'Allow').waitFor()
  const callback = page.waitForRequest(/connect_code=/)
  await page.route(/connect_code=/, (route) => route.abort())
  await button(page, 'Allow').click()
  const url = (await callback).url()
  await page.unroute(/connect_code=/)
  await page.goto(`${origin}/config.json`) // the origin's storage, without the app
  await page.evaluate(() => localStorage.clear())
  await page.goto(url)
  await page.getByText('your account will be connected').waitFor()
  await button(page, 'Log in').click()
  await connected(page, 'Acme')
})
