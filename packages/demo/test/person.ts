import { button, logInAs } from '@connected-accounts/testing/chromium/person'
import type { Locator, Page } from 'playwright-core'

/** The items of the list with this name. */
export function itemsOf(page: Page, list: string): Locator {
  return page.getByRole('list', { name: list, exact: true }).getByRole('listitem')
}

/** Opens the demo and logs in as Alice. */
export async function logIn(page: Page, origin: string): Promise<void> {
  await page.goto(origin)
  await button(page, 'Log in').click()
  await logInAs(page)
  await button(page, 'Log out').waitFor()
}

/** Connects an account, and waits until the demo has it. */
export async function connect(page: Page, name: string): Promise<void> {
  await button(page, `Connect ${name}`).click()
  await button(page, 'Allow').click()
  await page.getByText(`${name} is connected.`).waitFor()
}

/** Moves the focus with Tab until it is on the button with this name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const target = button(page, name).first()
  await target.waitFor()
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach the button '${name}'.`)
}
