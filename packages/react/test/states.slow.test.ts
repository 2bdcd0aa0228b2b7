import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import type { ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { states } from './states/states.js'
import { serveStates } from './states-server.js'

// `SCREENSHOTS=folder npm run test:slow -- states` also writes a picture of each page to the folder.
const { SCREENSHOTS } = process.env
if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true })

let browser: Browser
let server: ViteDevServer
let url: string

beforeAll(async () => {
  ;[browser, { server, url }] = await Promise.all([launchChromium(), serveStates()])
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

const looks = [
  { name: 'light', width: 1280, query: 'theme=light' },
  { name: 'dark', width: 1280, query: 'theme=dark' },
  { name: 'light-narrow', width: 390, query: 'theme=light' },
  { name: 'dark-narrow', width: 390, query: 'theme=dark' },
  { name: 'rtl', width: 1280, query: 'dir=rtl' },
  { name: 'rtl-narrow', width: 390, query: 'dir=rtl' },
]

/** Opens a state and does what the person has done in it. */
async function openState(page: Page, name: string, query: string): Promise<void> {
  const { press = [], shows = 'main' } = states[name] ?? {}
  await page.goto(`${url}?show=${name}&${query}`)
  for (const button of press) await page.getByRole('button', { name: button, exact: true }).click()
  await page.locator(shows).first().waitFor()
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations === 1)
        .map(({ finished }) => finished),
    ),
  )
}

/** Returns what axe finds, in short. */
async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const run: typeof axe = Reflect.get(window, 'axe')
    return (await run.run(document, { resultTypes: ['violations', 'incomplete'] })).violations
  })
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

describe.for(looks)('$name', ({ name: look, width, query }) => {
  test.for(Object.keys(states))(
    'axe finds nothing, and nothing is wider than the page: %s',
    async (name) => {
      const page = await browser.newPage({ viewport: { width, height: 700 }, deviceScaleFactor: 1 })
      try {
        page.setDefaultTimeout(15_000)
        await openState(page, name, query)
        if (SCREENSHOTS) {
          await page.screenshot({
            path: join(SCREENSHOTS, `${name}-${look}.png`),
            fullPage: name !== 'many-accounts',
          })
        }
        expect(await violations(page)).toEqual([])
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - window.innerWidth,
        )
        expect(overflow).toBeLessThanOrEqual(0)
      } finally {
        await page.close()
      }
    },
  )
})
