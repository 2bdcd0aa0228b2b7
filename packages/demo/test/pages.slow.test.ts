import { button } from '@connected-accounts/testing/chromium/person'
import { states } from '@connected-accounts/testing/component/states'
import { expect, test } from 'vitest'
import { setUpDemo } from './demo-page.js'
import { itemsOf, logIn, refuse } from './person.js'

const demo = setUpDemo()

test('the page of bare hooks connects an account, comes back to itself, and disconnects', async () => {
  const { page, origin } = demo()
  await logIn(page, origin)
  await page.getByRole('link', { name: 'The bare hooks' }).click()
  await page.getByText('No accounts yet.').waitFor()
  await button(page, 'Connect Google').click()
  await button(page, 'Allow').click()
  const accounts = itemsOf(page, 'Connected accounts')
  await accounts.getByText('See your calendars').waitFor()
  expect(new URL(page.url()).pathname).toBe('/hooks')
  await button(page, 'Connect Acme').click()
  await refuse(page)
  await page.getByRole('alert').getByText('You did not allow the access').waitFor()
  await button(page, 'Disconnect').click()
  await page.getByText('No accounts yet.').waitFor()
})

test('a login from the page of bare hooks comes back to it', async () => {
  const { page, origin } = demo()
  await logIn(page, `${origin}/hooks`)
  await page.getByRole('heading', { name: 'The bare hooks' }).waitFor()
})

test('the page of states shows each of them under its heading, and keeps the focus', async () => {
  const { page, origin } = demo()
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(`${origin}/states`)
  for (const [name, { title, shows }] of Object.entries(states)) {
    const section = page.getByRole('region', { name: title, exact: true })
    await section.scrollIntoViewIfNeeded()
    const frame = section.locator('iframe')
    await frame.contentFrame().locator(shows).first().waitFor()
    expect(await frame.getAttribute('src')).toContain(`show=${name}`)
  }
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
  expect(errors).toEqual([])
})

test('the page of states has each language and both directions', async () => {
  const { page, origin } = demo()
  await page.goto(`${origin}/states`)
  await page.getByRole('link', { name: 'Deutsch' }).click()
  await page.getByRole('link', { name: 'Right to left' }).click()
  const frame = page.locator('iframe').nth(1).contentFrame()
  await frame.getByText('Es ist kein Konto verbunden').first().waitFor()
  expect(await frame.locator('html').getAttribute('dir')).toBe('rtl')
})

test('the pages of states call nobody, and only the demo may have them in a frame', async () => {
  const { page, origin } = demo()
  for (const path of ['/states', '/state?show=empty']) {
    const policy = (await page.request.get(origin + path)).headers()['content-security-policy']
    expect(policy).toContain("connect-src 'none';")
    expect(policy).toContain("frame-ancestors 'self'")
  }
})
