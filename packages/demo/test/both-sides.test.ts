import { defaultTenant } from '@connected-accounts/emulator'
import { button } from '@connected-accounts/testing/chromium/person'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { connect, itemsOf, logIn } from './person.js'

// The list of accounts and the events beside it must say the same.
const demo = setUpDemo()
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

// The first test, because the emulator's Google keeps the scopes of its first account.
test('an account without the permission to see calendars is said on both sides', async () => {
  const { page, origin, control } = demo()
  const connections = defaultTenant().connections.map((connection) => ({
    ...connection,
    scopes: connection.scopes.filter((scope) => scope !== CALENDAR),
  }))
  await control('tenant', { connections })
  await control('accounts', { user_id: 'auth0|alice', connection: 'google-oauth2' })
  await logIn(page, origin)
  const account = itemsOf(page, 'Connected accounts').first()
  await account.getByText('See your calendars').waitFor()
  await page.getByRole('heading', { name: 'Google does not show the calendar yet' }).waitFor()
})

test('a grant that is gone is said on both sides, and the repair of one is that of both', async () => {
  const { page, origin, control } = demo()
  await logIn(page, origin)
  await connect(page, 'Google')
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await control('switches', { providerRefreshToken: 'revoked' })
  await control('clock', { advance: 7200 })
  await page.reload()
  const account = itemsOf(page, 'Connected accounts').first()
  await account.getByText('Access has ended.').waitFor()
  await page.getByRole('heading', { name: 'Google has ended the access' }).waitFor()
  await control('switches', { providerRefreshToken: 'issued' })
  await button(page, 'Allow access').click()
  await button(page, 'Allow').click()
  await itemsOf(page, 'Upcoming events').first().waitFor()
  expect(await account.getAttribute('data-state')).toBe('connected')
  expect(await account.count()).toBe(1)
})

test('an account that is being disconnected keeps its events until that cannot be undone', async () => {
  const { page, origin } = demo()
  await page.clock.install()
  await logIn(page, origin)
  await connect(page, 'Google')
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await itemsOf(page, 'Connected accounts').getByText('Disconnect').click()
  expect(await itemsOf(page, 'Upcoming events').count()).toBe(5)
  await page.clock.runFor(10_000)
  await page.getByText('Connect Google to see your events').waitFor()
  await page.locator('[data-part="empty-title"]').waitFor()
})
