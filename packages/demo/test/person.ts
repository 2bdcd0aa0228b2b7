import { button, logInAs } from '@connected-accounts/testing/chromium/person'
import type { Locator, Page } from 'playwright-core'

/** The items of the list with this name. */
export function itemsOf(page: Page, list: string): Locator {
  return page.getByRole('list', { name: list, exact: true }).getByRole('listitem')
}

/** Opens a page of the demo and logs in as Alice, unless the tenant still knows her. */
export async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await button(page, 'Log in').click()
  const logOut = button(page, 'Log out')
  await page.locator('#username').or(logOut).waitFor()
  if (await logOut.isHidden()) await logInAs(page)
  await logOut.waitFor()
}

/** Chooses a provider: in the menu, or in the list that takes its place while nothing is connected. */
export async function choose(page: Page, name: string): Promise<void> {
  const menu = button(page, 'Connect account')
  const option = button(page, `Connect ${name}`)
  await menu.or(option).first().waitFor()
  if (await menu.isVisible()) await menu.click()
  await option.click()
}

/** Connects an account, and waits until the demo has it. */
export async function connect(page: Page, name: string): Promise<void> {
  await choose(page, name)
  await button(page, 'Allow').click()
  await connected(page, name)
}

/** Waits until the demo lists an account. */
export async function connected(page: Page, name: string): Promise<void> {
  await itemsOf(page, 'Connected accounts').filter({ hasText: name }).first().waitFor()
}

/** Moves the focus with Tab until it is on the button with this name. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const target = page.getByRole('button', { name, exact: true }).first()
  await target.waitFor()
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach the button '${name}'.`)
}
