import { fileURLToPath } from 'node:url'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { build, createServer, type InlineConfig } from 'vite'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('pages', import.meta.url))
const condition = '@connected-accounts/source'

/** Bundles the application of `pages/` as Vite does by default. */
async function bundle(mode: 'production' | 'development'): Promise<string> {
  const config: InlineConfig = {
    configFile: false,
    root,
    mode,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    resolve: { conditions: [condition, 'module', 'browser', mode] },
    build: { write: false, target: 'es2022' },
  }
  const built = [await build(config)].flat()
  return built
    .flatMap((result) => ('output' in result ? result.output : []))
    .map((file) => ('code' in file ? file.code : ''))
    .join('\n')
}

const words = [
  'no component completes the flow',
  'hands the callback to the page',
  'was prefetched',
]

test('a production build has none of the warnings, and a development build has all of them', async () => {
  const production = await bundle('production')
  expect(production).toContain('No ConnectedAccountsProvider')
  expect(words.filter((text) => production.includes(text))).toEqual([])
  const development = await bundle('development')
  expect(words.filter((text) => !development.includes(text))).toEqual([])
}, 120_000)

test('a page whose bundler leaves process.env.NODE_ENV alone, and has no process, renders', async () => {
  const server = await createServer({
    configFile: false,
    root,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': 'process.env.NODE_ENV' },
    resolve: { conditions: [condition, 'module', 'browser', 'development'] },
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  const browser = await launchChromium()
  try {
    await server.listen()
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ stack = '' }) => {
      if (!stack.includes('/vite/dist/client/')) errors.push(stack) // Vite's own script needs the definition
    })
    await page.goto(`${server.resolvedUrls?.local[0]}provider.html`)
    await page.getByText('The application').waitFor()
    expect(errors).toEqual([])
    expect(await page.evaluate(() => typeof process)).toBe('undefined')
  } finally {
    await browser.close()
    await server.close()
  }
}, 60_000)
