import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

const { CHROME_PATH: executablePath } = process.env

export default defineConfig({
  testDir: process.env.TEST_DIR ?? '.',
  outputDir: join(tmpdir(), 'connected-accounts-playwright'),
  workers: 2,
  fullyParallel: true,
  reporter: 'json',
  timeout: 20_000,
  use: executablePath
    ? { launchOptions: { executablePath, args: ['--no-sandbox'] } }
    : { channel: 'chrome' },
})
