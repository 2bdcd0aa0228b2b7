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

test('the tests of an application pass in jest with jsdom, in its ESM mode', async () => {
  const output = await run(['jest', '--forceExit'], { NODE_OPTIONS: '--experimental-vm-modules' })
  expect(output).toContain('9 passed, 9 total')
})
