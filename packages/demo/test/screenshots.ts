import { join } from 'node:path'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { states } from '@connected-accounts/testing/component/states'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { createControl, type DemoControl } from './demo-page.js'
import { startDemo } from './demo-process.js'
import { itemsOf, logIn } from './person.js'

/** A picture that was taken. */
export interface Screenshot {
  file: string
  /** True if a person would have to scroll sideways. */
  isTooWide: boolean
  /** What axe finds, in short. */
  violations: string[]
}

interface Layout {
  name: string
  width: number
  colorScheme: 'light' | 'dark'
  dir?: 'rtl'
}

/** How each page is looked at. */
export const layouts: Layout[] = [
  { name: 'light', width: 1280, colorScheme: 'light' },
  { name: 'dark', width: 1280, colorScheme: 'dark' },
  { name: 'light-narrow', width: 390, colorScheme: 'light' },
  { name: 'dark-narrow', width: 390, colorScheme: 'dark' },
  { name: 'rtl', width: 390, colorScheme: 'light', dir: 'rtl' },
]

/** What a camera needs. */
interface Shoot {
  page: Page
  origin: string
  control: DemoControl
  /** Takes a picture of the page as it is, or only of an element. */
  take: (name: string, selector?: string) => Promise<void>
}

/** Takes a picture of each page of the demo and of each state of the component, in each layout. */
export async function takeScreenshots(folder: string): Promise<Screenshot[]> {
  const [browser, demo] = await Promise.all([launchChromium(), startDemo()])
  const control = await createControl(demo.origin)
  const taken: Screenshot[] = []
  for (const { name: layout, width, colorScheme, dir = 'ltr' } of layouts) {
    const context = await browser.newContext({
      ...{ colorScheme, locale: 'en-GB', timezoneId: 'Europe/Berlin' },
      viewport: { width, height: 800 },
    })
    const page = await context.newPage()
    const take = async (name: string, selector?: string) => {
      await settle(page)
      const path = join(folder, `${name}.${layout}.png`)
      if (selector) await page.locator(selector).screenshot({ path })
      else await page.screenshot({ path, fullPage: true })
      const isTooWide = await page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      )
      const violations = await findViolations(page)
      taken.push({ file: `${name}.${layout}.png`, isTooWide, violations })
    }
    const shoot = { page, control, take, origin: demo.origin }
    await shootStates(shoot, dir)
    if (dir === 'ltr') await shootPages(shoot)
    await context.close()
  }
  await browser.close()
  await demo.interrupt()
  return taken
}

async function shootStates({ page, origin, take }: Shoot, dir: string): Promise<void> {
  for (const [name, { shows }] of Object.entries(states)) {
    await page.goto(`${origin}/state?show=${name}&dir=${dir}`)
    await page.locator(shows).first().waitFor()
    await take(`state-${name}`, 'body')
  }
  await page.goto(`${origin}/states?dir=${dir}`)
  for (const frame of await page.locator('iframe').all()) {
    await frame.scrollIntoViewIfNeeded()
    await frame.contentFrame().locator('[data-part="root"]').waitFor()
  }
  await take('states')
}

async function shootPages({ page, origin, control, take }: Shoot): Promise<void> {
  await control('reset')
  await page.goto(origin)
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  await take('welcome')
  await logIn(page, origin)
  await page.getByText('No accounts are connected').first().waitFor()
  await take('home-empty')
  const user_id = 'auth0|alice'
  for (const connection of ['acme', 'github']) await control('accounts', { user_id, connection })
  await page.reload()
  await itemsOf(page, 'Connected accounts').first().waitFor()
  await take('home-without-calendar')
  const emails = ['alice@google.example']
  await control('accounts', { user_id, connection: 'google-oauth2', emails })
  await page.reload()
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await take('home')
  await page.goto(`${origin}/hooks`)
  await itemsOf(page, 'Connected accounts').first().waitFor()
  await take('hooks')
  await logIn(page, `${origin}/server`)
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await take('server')
}

/** Waits until what moves once has come to rest. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations === 1)
        .map(({ finished }) => finished),
    ),
  )
}

async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => {
    const run: typeof axe = Reflect.get(window, 'axe')
    return run.run({ exclude: ['iframe'] }, { resultTypes: ['violations'] })
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
