import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../src/index.js'
import { type PageServer, servePage } from './page-server.js'

/** What a test has: an emulator, and a browser in which nothing has happened yet. */
export interface Stage {
  emulator: Emulator
  /** Where the application under test is served. */
  origin: string
  context: BrowserContext
  page: Page
}

/**
 * Runs an emulator with these options, a Chromium that takes its certificate, and the page of `script` for the tests of a file,
 * and gives each a new page.
 */
export function setUpStage(script: string, options: EmulatorOptions = {}): () => Stage {
  let emulator: Emulator
  let browser: Browser
  let server: PageServer
  let stage: Stage

  beforeAll(async () => {
    ;[emulator, browser, server] = await Promise.all([
      createEmulator({ port: 0, ...options }),
      launchChromium(),
      servePage(script),
    ])
  })
  beforeEach(async () => {
    emulator.reset()
    const context = await browser.newContext({ ignoreHTTPSErrors: options.https ?? false })
    context.setDefaultTimeout(10_000)
    stage = { emulator, origin: server.origin, context, page: await context.newPage() }
  })
  afterEach(() => stage.context.close())
  afterAll(async () => {
    await browser.close()
    await Promise.all([emulator.close(), server.close()])
  })
  return () => stage
}

/** A Chromium, with the path of `CHROME_PATH` or as it is installed. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH
  return chromium.launch(
    executablePath ? { executablePath, args: ['--no-sandbox'] } : { channel: 'chrome' },
  )
}

/** Presses a button as a person does. */
export function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

/** Fills in the login page, as Alice unless told otherwise. */
export async function logInAs(page: Page, email = 'alice@example.test'): Promise<void> {
  await page.locator('#username').fill(email)
  await page.locator('#password').fill('password')
  await press(page, 'Continue')
}
