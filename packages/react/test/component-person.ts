import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { PopupStage } from './popup-stage.js'

/** A page of a busy machine takes longer than a second. */
export const SOON = { timeout: 10_000 }

/** Opens the application with the component, and waits until its list is loaded. */
export async function openComponent(
  { context, origin }: PopupStage,
  search = '?mode=popup',
): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/component.html${search}`)
  await page.locator('[data-part="root"]:not([data-state="loading"])').waitFor()
  return page
}

/** Waits until the focused element has this text. */
export async function expectFocus(page: Page, text: string | RegExp): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent), SOON)
    .toEqual(text instanceof RegExp ? expect.stringMatching(text) : text)
}

/** Waits until the live region says this. */
export async function expectAnnouncement(page: Page, text: string | RegExp): Promise<void> {
  await expect.poll(() => page.getByRole('status').first().textContent(), SOON).toMatch(text)
}

/** The rows of the list. */
export function rows(page: Page): Locator {
  return page.locator('[data-part="item"]')
}

/** Does something that opens a window, and waits for the provider's page in it. */
export async function openWindow(page: Page, open: () => Promise<unknown>): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), open()])
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  return popup
}
