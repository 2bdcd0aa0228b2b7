import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type DemoProcess, startDemo } from './demo-process.js'

/** A new page, and the demo that it is to visit. */
export interface DemoPage {
  page: Page
  /** The demo's address. */
  origin: string
  control: DemoControl
}

/** Calls the control API of the demo's emulator, like `accounts` or `faults`. */
export type DemoControl = (path: string, body?: object) => Promise<Response>

/** Returns the controls of the emulator on which a demo runs. */
export async function createControl(origin: string): Promise<DemoControl> {
  const config: { domain: string } = await (await fetch(`${origin}/config.json`)).json()
  return (path, body = {}) => post(`${config.domain}/_emulator/${path}`, body)
}

/** Runs the demo with its emulator for the tests of a file. Each test has a new page, and an emulator that is reset. */
export function setUpDemo(): () => DemoPage {
  let browser: Browser
  let demo: DemoProcess
  let current: DemoPage

  beforeAll(async () => {
    browser = await launchChromium()
    demo = await startDemo()
  })
  beforeEach(async () => {
    const { origin } = demo
    const control = await createControl(origin)
    await control('reset')
    current = { page: await newPage(browser), origin, control }
  })
  afterEach(() => current.page.context().close())
  afterAll(async () => {
    await browser.close()
    await demo.interrupt()
  })
  return () => current
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response
}
