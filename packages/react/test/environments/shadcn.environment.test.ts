import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import {
  type InstalledApplications,
  installApplications,
  type RunningApplication,
} from '@connected-accounts/testing/environment/install'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessTokenOf } from '../emulator.js'

// A fresh application with Vite and Tailwind takes the component over with the command of shadcn.
const name = 'shadcn'
const registry = '../node_modules/@connected-accounts/react/dist/registry'
let applications: InstalledApplications
let application: RunningApplication
let emulator: Emulator
let browser: Browser

beforeAll(async () => {
  applications = await installApplications([new URL(name, import.meta.url)], ['client', 'react'])
  emulator = await createEmulator({ port: 0 })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await application?.stop()
  await emulator?.close()
  await applications?.remove()
})

/** Runs the command of shadcn, which has no network. */
function shadcn(...args: string[]): Promise<string> {
  return applications.run(name, 'npx', ['shadcn', ...args], { REGISTRY_URL: 'http://127.0.0.1:9' })
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(applications.directory, name, path), 'utf8'))
}

/** Opens a page of the application as Alice, and waits for her accounts. */
async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await newPage(browser)
  const accessToken = await accessTokenOf(emulator, 'alice')
  const session = { domain: emulator.url, accessToken, user: 'auth0|alice' }
  await page.addInitScript((given) => Object.assign(window, { session: given }), session)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => void complaints.push(String(error)))
  await page.goto(`${application.origin}/${path}`)
  await page.locator('[data-part="item"]').nth(1).waitFor()
  return { page, complaints }
}

/** Returns what the page shows of a part. */
function styleOf(page: Page, part: string, property: string): Promise<string> {
  return page
    .locator(`[data-part="${part}"]`)
    .first()
    .evaluate((element, style) => getComputedStyle(element).getPropertyValue(style), property)
}

test('"shadcn build" builds the item that the package has', async () => {
  const built = join(applications.directory, name, 'built')
  await shadcn('build', '--cwd', registry, '--output', built)
  const item = await readJson(`${registry}/connected-accounts.json`)
  expect(await readJson('built/connected-accounts.json')).toEqual(item)
})

test('"shadcn add" gives the application the component, which compiles, builds and shows the accounts', async () => {
  await shadcn('add', '--yes', `${registry}/connected-accounts.json`)
  await applications.run(name, 'npm', ['run', 'build'])
  application = await applications.start(name, 'npm start', () => ({}))
  await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github' })
  const { page, complaints } = await open('')
  const names = page.locator('[data-part="name"]')
  expect(await names.allTextContents()).toEqual(['Google', 'GitHub'])
  // The theme of the application, the style sheet of the component, and a utility of Tailwind.
  expect(await styleOf(page, 'root', 'background-color')).toBe('rgb(250, 240, 230)')
  expect(await styleOf(page, 'item', 'padding-left')).toBe('20px')
  expect(await styleOf(page, 'root', 'margin-left')).toBe('16px')
  await page.getByRole('button', { name: /^Disconnect GitHub/ }).click()
  await page.getByRole('button', { name: /^Undo/ }).waitFor()
  expect(complaints).toEqual([])
})

test('the style sheet of the package comes after the base styles of Tailwind and before its utilities', async () => {
  const { page } = await open('package.html')
  expect(await styleOf(page, 'item', 'padding-left')).toBe('20px')
  expect(await styleOf(page, 'root', 'margin-left')).toBe('16px')
})
