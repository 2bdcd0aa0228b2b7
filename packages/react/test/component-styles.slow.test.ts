import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { states } from '@connected-accounts/testing/component/states'
import type { Browser, Page } from 'playwright-core'
import type { ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serveStates } from './states-server.js'

// What the style sheet does for people who have set up their system or their browser in another way.
let browser: Browser
let server: ViteDevServer
let url: string
let page: Page

beforeAll(async () => {
  ;[browser, { server, url }] = await Promise.all([launchChromium(), serveStates()])
})
beforeEach(async () => {
  page = await browser.newPage()
})
afterEach(() => page.close())
afterAll(async () => {
  await browser.close()
  await server.close()
})

/** Opens a state of the component. The page does what the person has done in it. */
async function open(name: string, query = ''): Promise<void> {
  await page.goto(`${url}?show=${name}&${query}`)
  await page
    .locator(states[name]?.shows ?? 'main')
    .first()
    .waitFor()
}

/** Returns a property of the first element that a selector finds in the component, as the browser computes it. */
function styleOf(selector: string, property: string): Promise<string> {
  return page
    .locator('[data-connected-accounts]')
    .locator(selector)
    .first()
    .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
}

/** Returns a property of the first element of a part. */
function partStyle(part: string, property: string): Promise<string> {
  return styleOf(`[data-part="${part}"]`, property)
}

/** Returns where the left and the right side of the first element that a selector finds are. */
async function sidesOf(selector: string): Promise<{ left: number; right: number }> {
  const box = await page
    .locator('[data-connected-accounts]')
    .locator(selector)
    .first()
    .boundingBox()
  if (!box) throw new Error(`${selector} is not shown`)
  return { left: Math.round(box.x), right: Math.round(box.x + box.width) }
}

describe('colours that the system forces', () => {
  beforeEach(() => page.emulateMedia({ forcedColors: 'active' }))

  test.for([
    ['disconnect-refused', 'alert'],
    ['offline', 'offline'],
    ['loading', 'skeleton'],
  ] as const)(
    'in the state "%s", the part "%s" has a border, because its background is not shown',
    async ([state, part]) => {
      await open(state)
      expect(await partStyle(part, 'border-top-width')).toBe('1px')
      expect(await partStyle(part, 'border-top-style')).toBe('solid')
    },
  )

  test('logos and the borders of all buttons have the colour of the text', async () => {
    await open('labelled')
    const text = await partStyle('name', 'color')
    expect(await styleOf('[data-part="logo"] path', 'fill')).toBe(text)
    for (const part of ['connect-menu', 'rename', 'disconnect']) {
      expect(await partStyle(part, 'border-top-color')).toBe(text)
    }
  })
})

test.for(['theme=light', 'theme=dark'])(
  'with more contrast, details, lines and fields have the colour of the text, and all buttons have borders: %s',
  async (theme) => {
    await page.emulateMedia({ contrast: 'more' })
    await open('renaming', theme)
    const text = await partStyle('name', 'color')
    expect(await partStyle('details', 'color')).toBe(text)
    expect(await partStyle('item', 'border-top-color')).toBe(text)
    expect(await styleOf('input', 'border-top-color')).toBe(text)
    for (const part of ['rename', 'disconnect', 'save', 'connect-menu']) {
      expect(await partStyle(part, 'border-top-color')).toBe(await partStyle(part, 'color'))
    }
  },
)

describe('reduced motion', () => {
  const reduce = () => page.emulateMedia({ reducedMotion: 'reduce' })

  test('the placeholders of rows do not move', async () => {
    await open('loading')
    expect(await partStyle('skeleton', 'animation-name')).toBe('connected-accounts-skeleton')
    await reduce()
    expect(await partStyle('skeleton', 'animation-name')).toBe('none')
  })

  test('the menu, rows and buttons change at once', async () => {
    await open('menu')
    const parts = ['menu', 'item', 'disconnect']
    const durations = () => Promise.all(parts.map((part) => partStyle(part, 'transition-duration')))
    expect(await durations()).toEqual(['0.12s, 0.12s', '0.15s', '0.15s, 0.15s'])
    await reduce()
    expect(await durations()).toEqual(['0s', '0s', '0s'])
  })
})

describe.for([
  ['ltr', 'left', 'right'],
  ['rtl', 'right', 'left'],
] as const)('the direction %s', ([dir, start, end]) => {
  test('rows begin with the logo and end with the buttons, and the menu ends where its button ends', async () => {
    await open('menu', `dir=${dir}`)
    const row = '[data-part="item"] '
    const order = ['[data-part="logo"]', '[data-part="name"]', '[data-part="actions"]']
    const places = await Promise.all(order.map(async (part) => (await sidesOf(row + part))[start]))
    const sorted = [...places].sort((one, other) => one - other)
    expect(places).toEqual(dir === 'ltr' ? sorted : sorted.reverse())
    const menu = await sidesOf('[data-part="menu"]')
    expect(menu[end]).toBe((await sidesOf('[data-part="connect-menu"]'))[end])
    await page.setViewportSize({ width: 390, height: 700 })
    // A button without a border: its text is right below the name.
    await expect.poll(() => partStyle('rename', `margin-${start}`)).toBe('-8px')
  })

  test('the line of a problem is at the beginning, and so is the wider space of an alert', async () => {
    await open('missing-scopes', `dir=${dir}`)
    expect(await partStyle('problem', `border-${start}-width`)).toBe('2px')
    expect(await partStyle('problem', `padding-${start}`)).toBe('10px')
    await open('disconnect-refused', `dir=${dir}`)
    expect(await partStyle('alert', `padding-${start}`)).toBe('12px')
    expect(await partStyle('alert', `padding-${end}`)).toBe('8px')
  })
})
