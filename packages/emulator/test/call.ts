import type { Page } from 'playwright-core'
import type { Answer, Call } from './pages/spa.js'

/** Calls the My Account API in the page, with the SDK's fetcher. */
export function call(page: Page, request: Call): Promise<Answer> {
  return page.evaluate((given) => window.callMyAccount(given), request)
}
