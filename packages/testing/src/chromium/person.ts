import type { Locator, Page } from 'playwright-core'

/** Finds a button by its whole name. */
export function button(page: Page | Locator, name: string): Locator {
  return page.getByRole('button', { name, exact: true })
}

/** Presses a button as a person does. */
export function press(page: Page | Locator, name: string): Promise<void> {
  return button(page, name).click()
}

/** Fills in the tenant's login page. By default Alice logs in. */
export async function logInAs(page: Page, email = 'alice@example.test'): Promise<void> {
  await page.locator('#username').fill(email)
  await page.locator('#password').fill('password')
  await press(page, 'Continue')
}
