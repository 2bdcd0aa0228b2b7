import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { startWorkerd } from '@connected-accounts/testing/machine/workerd'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHost } from './runtime-host.js'

// Needs the built package, and npm's registry: for the package's dependencies, and for Node 20 and 22.
const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const bin = (name: string) => at(`../../../node_modules/.bin/${name}`)

const project = mkdtempSync(join(tmpdir(), 'connected-accounts-'))
const inProject = { cwd: project, timeout: 120_000 }
let emulator: Emulator
let host: Awaited<ReturnType<typeof startHost>>

beforeAll(async () => {
  cpSync(at('runtimes'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  const pack = ['pack', '--silent', '--pack-destination', project]
  const { stdout } = await run('npm', pack, { cwd: at('..') })
  await run('npm', ['install', '--no-audit', '--no-fund', `./${stdout.trim()}`], inProject)
  emulator = await createEmulator({ port: 0 })
  host = await startHost(emulator, join(project, 'page.bundle.js'))
}, 120_000)
afterAll(async () => {
  host?.close()
  await emulator?.close()
  rmSync(project, { recursive: true, force: true })
})

const everything = { passed: 10, failed: {} }

/** The outcome that a command prints last. */
async function outcomeOf(command: string, args: string[]): Promise<unknown> {
  const { stdout } = await run(command, [...args, 'command.js', host.url], inProject)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

/** The suite and the package in one file, as bundlers give it to runtimes that have no packages. */
async function bundle(entry: string, output: string): Promise<void> {
  const options = ['--bundle', '--format=esm', '--platform=neutral', `--outfile=${output}`]
  await run(bin('esbuild'), [entry, ...options, '--main-fields=module,main'], inProject)
}

test.for(['20.19.0', '22'])('the packed package works on Node %s', async (version) => {
  const node = ['exec', '--yes', `--package=node@${version}`, '--', 'node']
  const { stdout } = await run('npm', [...node, '--version'], inProject)
  expect(stdout).toContain(`v${version}`)
  expect(await outcomeOf('npm', node)).toEqual(everything)
})

test('the packed package works on Node 24', async () => {
  expect(process.version).toContain('v24.')
  expect(await outcomeOf(process.execPath, [])).toEqual(everything)
})

test('the packed package works on Bun', async () => {
  expect(await outcomeOf(bin('bun'), [])).toEqual(everything)
})

test('the packed package works on Deno', async () => {
  const args = ['run', '--allow-net', '--allow-read', '--node-modules-dir=manual']
  expect(await outcomeOf(bin('deno'), args)).toEqual(everything)
})

test('the packed package works on workerd, without Node compatibility', async () => {
  await bundle('worker.js', 'worker.bundle.js')
  const workerd = await startWorkerd(project)
  try {
    const response = await fetch(workerd.url, { method: 'POST', body: host.url })
    expect(await response.json()).toEqual(everything)
  } finally {
    workerd.stop()
  }
})

test('the packed package works in Chromium', async () => {
  await bundle('page.js', 'page.bundle.js')
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(host.url)
    await page.waitForFunction('window.run')
    expect(await page.evaluate(`run('${host.url}')`)).toEqual(everything)
  } finally {
    await browser.close()
  }
})

test('no file of the package imports a built-in of Node', () => {
  const dist = join(project, 'node_modules/@connected-accounts/client/dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )
  expect(files).toContain(join('browser', 'index.js'))
  const imported = files.flatMap((name) =>
    [...readFileSync(join(dist, name), 'utf8').matchAll(/\bfrom\s*["']([^."'][^"']*)["']/g)].map(
      ([, specifier]) => specifier,
    ),
  )
  expect([...new Set(imported)].sort()).toEqual(['jose'])
})
