import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { createServer, type Plugin, type ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { accessTokenOf } from './emulator.js'
import { peersIn } from './peers.js'

/** What a test has: an emulator, an application, and a browser with popups in which Alice is logged in. */
export interface PopupStage {
  emulator: Emulator
  /** The origin that serves the application of `pages/`. */
  origin: string
  browser: Browser
  context: BrowserContext
  /** Opens the application in another tab. */
  open(search?: string): Promise<Page>
  /** A browser like that of the stage, with options. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
}

/**
 * Serves the application of `pages/`, beside an emulator, for the tests of a file.
 *
 * @param plugins - What else the server does, such as an API.
 */
export function setUpPopupStage(plugins: Plugin[] = []): () => PopupStage {
  let emulator: Emulator
  let browser: Browser
  let server: ViteDevServer
  let stage: PopupStage
  let token: string

  beforeAll(async () => {
    ;[emulator, browser, server] = await Promise.all([
      createEmulator({ port: 0 }),
      launchChromium(),
      serve(plugins),
    ])
    token = await accessTokenOf(emulator, 'alice')
  })
  beforeEach(async () => {
    emulator.reset()
    const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin.replace(
      '127.0.0.1',
      'localhost',
    )
    const session = { domain: emulator.url, accessToken: token, user: 'auth0|alice' }
    const newContext = async (options: BrowserContextOptions = {}) => {
      const context = await browser.newContext(options)
      context.setDefaultTimeout(10_000)
      await context.addInitScript((given) => Object.assign(window, { session: given }), session)
      return context
    }
    const context = await newContext()
    const open = async (search = '?mode=popup') => {
      const page = await context.newPage()
      await page.goto(`${origin}/${search}`)
      await page.getByText(/accounts/).waitFor()
      return page
    }
    stage = { emulator, origin, browser, context, open, newContext }
  })
  afterEach(() => stage.context.close())
  afterAll(async () => {
    await browser.close()
    await Promise.all([emulator.close(), server.close()])
  })
  return () => stage
}

/** At `/no-popups` the browser refuses the application windows, as a popup blocker does. */
const withoutPopups: Plugin = {
  name: 'no-popups',
  configureServer({ middlewares }) {
    middlewares.use('/no-popups', (_request, response, next) => {
      const policy = 'sandbox allow-scripts allow-same-origin allow-forms'
      response.setHeader('content-security-policy', policy)
      next()
    })
  },
}

const { REACT_PEERS } = process.env

async function serve(plugins: Plugin[]): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('pages', import.meta.url)),
    logLevel: 'error',
    ...(REACT_PEERS && { cacheDir: join(REACT_PEERS, '.vite-popup') }),
    resolve: {
      alias: REACT_PEERS ? peersIn(REACT_PEERS) : {},
      conditions: ['@connected-accounts/source', 'module', 'browser', 'development'],
    },
    optimizeDeps: {
      include: ['@tanstack/react-query', 'react', 'react-dom/client', 'react/jsx-dev-runtime'],
    },
    server: { host: '127.0.0.1', port: 0, hmr: false },
    plugins: [withoutPopups, ...plugins],
  })
  return server.listen()
}
