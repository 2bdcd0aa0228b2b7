import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Runs the tests of the application in test-tools/ with several test tools.

const name = 'test-tools'
let installed: InstalledApplications
beforeAll(async () => {
  const application = new URL(`${name}/`, import.meta.url)
  installed = await installApplications([application], ['client', 'react', 'emulator'])
})
afterAll(() => installed.remove())

/** Runs a command of the application, and returns its output without colors. */
function run(args: string[], more: Record<string, string> = {}): Promise<string> {
  return installed.run(name, 'npx', args, { NO_COLOR: '1', ...more })
}

test('the tests of an application pass in vitest with jsdom', async () => {
  const output = await run(['vitest', 'run', '--environment', 'jsdom'])
  expect(output).toMatch(/Tests +9 passed \(9\)/)
})

test('the tests of an application pass in vitest with happy-dom', async () => {
  const output = await run(['vitest', 'run', '--environment', 'happy-dom'])
  expect(output).toMatch(/Tests +9 passed \(9\)/)
})

const esm = { NODE_OPTIONS: '--experimental-vm-modules' }

test.for([
  ['jsdom, in its default mode', [], {}],
  ['happy-dom, in its default mode', ['--env', './test/happy-dom-environment.mjs'], {}],
  ['jsdom, in its ESM mode', ['--config', 'jest.esm.config.cjs'], esm],
  [
    'happy-dom, in its ESM mode',
    ['--config', 'jest.esm.config.cjs', '--env', './test/happy-dom-environment.mjs'],
    esm,
  ],
] as const)('the tests of an application pass in jest with %s', async ([, args, env]) => {
  const output = await run(['jest', '--forceExit', ...args], env)
  expect(output).toContain('9 passed, 9 total')
})
