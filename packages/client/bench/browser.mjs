import { readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromiumPath } from '@connected-accounts/testing/chromium/path'
import { chromium } from 'playwright-core'
import { build } from 'tsup'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

/** Runs `page.mjs` in Chromium on a page of this origin, and answers its version and what it has timed. */
export async function measureInChromium(origin, options) {
  const executablePath = await chromiumPath()
  const browser = await chromium.launch(
    executablePath ? { executablePath, args: ['--no-sandbox'] } : { channel: 'chrome' },
  )
  try {
    const page = await browser.newPage()
    await page.goto(origin)
    await page.addScriptTag({ content: await bundle() })
    const times = await page.evaluate((given) => globalThis.measureRequests(given), options)
    return { version: browser.version(), times }
  } finally {
    await browser.close()
  }
}

async function bundle() {
  const outDir = path('../node_modules/.cache/bench')
  const entry = { page: path('page.mjs') }
  const noExternal = [/./]
  await build({
    entry,
    outDir,
    format: 'iife',
    platform: 'browser',
    noExternal,
    config: false,
    silent: true,
  })
  const code = await readFile(`${outDir}/page.global.js`, 'utf8')
  await rm(outDir, { recursive: true })
  return code
}
