import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchChromium } from '../chromium/launch.js'
import { type PageServer, servePage } from './page-server.js'

/** The part of an emulator that a stage uses. */
export interface StageEmulator {
  url: string
  /** Domains for an SDK's `domain` option. A custom domain comes last. */
  domains: readonly string[]
  clients: { spa: { clientId: string } }
  reset(): void
  close(): Promise<void>
}

/** An emulator, an application's page, and a browser in which nothing has happened yet. */
export interface Stage<E extends StageEmulator = StageEmulator> {
  emulator: E
  /** The origin that serves the application's page. */
  origin: string
  context: BrowserContext
  page: Page
}

/**
 * Starts an emulator, a Chromium and the application's page for the tests of a file, and opens a new page for each test.
 *
 * @param start Starts the emulator.
 * @param script The script of the application's page.
 * @returns A function that returns the stage of the running test.
 */
export function setUpStage<E extends StageEmulator>(
  start: () => Promise<E>,
  script: URL,
): () => Stage<E> {
  let emulator: E
  let browser: Browser
  let server: PageServer
  let stage: Stage<E>

  beforeAll(async () => {
    ;[emulator, browser, server] = await Promise.all([start(), launchChromium(), servePage(script)])
  })
  beforeEach(async () => {
    emulator.reset()
    const ignoreHTTPSErrors = emulator.url.startsWith('https:')
    const context = await browser.newContext({ ignoreHTTPSErrors })
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
