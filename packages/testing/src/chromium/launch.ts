import { type Browser, chromium, type Page } from 'playwright-core'

/** Launches the Chromium at `CHROME_PATH`, or an installed Chrome. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH
  return chromium.launch(
    executablePath ? { executablePath, args: ['--no-sandbox'] } : { channel: 'chrome' },
  )
}

/** Opens a page in a new British context in Berlin, so that nothing is left from another test. */
export async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  return page
}
