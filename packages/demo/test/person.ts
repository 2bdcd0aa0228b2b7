import { type Browser, chromium, type Locator, type Page } from 'playwright-core'

/** Launches the Chromium that the tests are configured with, or an installed Chrome. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH
  return chromium.launch(
    executablePath ? { executablePath, args: ['--no-sandbox'] } : { channel: 'chrome' },
  )
}

/** A page of a browser of its own, without anything that another test has left. */
export async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  return page
}

/** A button by its whole name. */
export function button(page: Page | Locator, name: string): Locator {
  return page.getByRole('button', { name, exact: true })
}

/** The items of the list with this name. */
export function itemsOf(page: Page, list: string): Locator {
  return page.getByRole('list', { name: list, exact: true }).getByRole('listitem')
}

/** Opens the demo and logs in as Alice. */
export async function logIn(page: Page, origin: string): Promise<void> {
  await page.goto(origin)
  await button(page, 'Log in').click()
  await page.locator('#username').fill('alice@example.test')
  await page.locator('#password').fill('password')
  await button(page, 'Continue').click()
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
