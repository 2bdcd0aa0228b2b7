import { press } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'

/** Presses the button that connects; returns the popup once it shows the provider's page. */
export async function openPopup(page: Page, connection = 'google-oauth2'): Promise<Page> {
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    press(page, `Connect ${connection}`),
  ])
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  return popup
}

/** Waits until the flow of a button has this status, or an error with this code or name. */
export async function waitForStatus(
  page: Page,
  expected: string,
  connection = 'google-oauth2',
): Promise<void> {
  await page
    .getByTitle(connection, { exact: true })
    .and(page.getByText(expected, { exact: true }))
    .waitFor()
}

/** The data of the one flow that succeeded on the page. */
export async function connected(page: Page): Promise<unknown> {
  return JSON.parse((await page.locator('code:not(:empty)').textContent()) ?? '')
}

/** Waits until the application lists this number of accounts. */
export async function waitForAccounts(page: Page, count: number): Promise<void> {
  await page.getByText(`${count} accounts`).waitFor()
}

/** Presses a button and waits until the window has closed. */
export async function pressAndClose(popup: Page, name: string): Promise<void> {
  await Promise.all([popup.waitForEvent('close'), press(popup, name)])
}
