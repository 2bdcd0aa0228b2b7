import { readFileSync } from 'node:fs'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { states } from '@connected-accounts/testing/component/states'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import type { ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveStates } from './states-server.js'

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

const themes = ['theme=light', 'theme=dark', 'theme=dark&messages=de']
const layouts = [
  { layout: 'wide', width: 1280, query: 'dir=ltr' },
  { layout: 'narrow', width: 390, query: 'dir=ltr' },
  { layout: 'rtl', width: 1280, query: 'dir=rtl' },
  { layout: 'rtl-narrow', width: 320, query: 'dir=rtl' },
]

/** Opens a state. The page does what the person has done in it. */
async function openState(page: Page, name: string, query: string): Promise<void> {
  await page.goto(`${url}?show=${name}&${query}`)
  await page
    .locator(states[name]?.shows ?? 'main')
    .first()
    .waitFor()
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

/** Opens each state, and returns what a check finds, by the name of the state. */
async function checkStates(
  { width, query }: { width: number; query: string },
  check: (page: Page) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const page = await browser.newPage({ viewport: { width, height: 700 } })
  page.setDefaultTimeout(15_000)
  const found: Record<string, unknown> = {}
  for (const name of Object.keys(states)) {
    await openState(page, name, query)
    found[name] = await check(page)
  }
  await page.close()
  return found
}

const all = (value: unknown) => Object.fromEntries(Object.keys(states).map((name) => [name, value]))

test.for(themes)('axe finds nothing in any state: %s', async (query) => {
  expect(await checkStates({ width: 1280, query }, violations)).toEqual(all([]))
})

test('the states are all that the parts have', async () => {
  const shown = new Set<string>()
  await checkStates({ width: 1280, query: 'theme=light' }, async (page) => {
    const found = await page
      .locator('[data-part][data-state]')
      .evaluateAll((elements) => elements.map(({ dataset }) => `${dataset.part}: ${dataset.state}`))
    for (const one of found) shown.add(one)
  })
  expect([...shown].sort()).toEqual(statesOfDocs())
})

/** The states of the table of parts in the docs. */
function statesOfDocs(): string[] {
  const page = readFileSync(new URL('../../../docs/component.md', import.meta.url), 'utf8')
  const rows = page.matchAll(/^\| `\w+` \|.*?`([a-z-]+)`[^|]* \| (.+) \|$/gm)
  const found = [...rows].flatMap(([, own, cell = '']) => {
    const [, part = own, list = ''] = /^(?:`([a-z]+)`: )?(.*)$/.exec(cell) ?? []
    return [...list.matchAll(/`(\w+)`/g)].map(([, state]) => `${part}: ${state}`)
  })
  return [...new Set(found)].sort() // two parts are an alert
}

test.for(layouts)('nothing is wider than the page: $layout', async ({ width, query }) => {
  const found = await checkStates({ width, query }, (page) =>
    page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
  )
  expect(found).toEqual(all(false))
})
