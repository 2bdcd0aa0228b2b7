import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { chromiumPath } from '@connected-accounts/testing/chromium/path'
import { mswWorker, packagesOfMswShell } from '@connected-accounts/testing/msw/vite'
import { numberAwaits } from '@connected-accounts/testing/sweep/awaits'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { commands as clientCommands } from './packages/client/test/commands.js'
import { commands as reactCommands } from './packages/react/test/commands.js'
import { peersIn } from './packages/react/test/peers.js'

// Workers inherit the environment, so the browser is unpacked once, before any test.
const executablePath = await chromiumPath()
if (executablePath) process.env.CHROME_PATH = executablePath
const launchOptions = executablePath
  ? { executablePath, args: ['--no-sandbox'] }
  : { channel: 'chrome' }

// What takes long, or needs something on the machine that npm does not bring: `npm run test:slow`.
const slow = ['packages/*/test/**/*.slow.test.ts']

// What needs a redis-server on the machine: `npm run test:redis`.
const redis = ['packages/*/test/**/*.redis.test.ts']

// What needs a Postgres on the machine: `npm run test:stores`.
const stores = ['packages/*/test/**/*.stores.test.ts']

// Applications as users build them, each installed with its framework or tool: `npm run test:environments`.
const environments = ['packages/*/test/**/*.environment.test.ts']

// What runs with msw 2 in place of 3.
const msw2 = ['packages/emulator/test/shells-msw2.test.ts']

// What is compiled so that it can be aborted at each `await`.
const sweeps = ['packages/*/test/sweeps/*.test.ts']

const conditions = ['@connected-accounts/source']

// Vite's own for clients, which ours would replace.
const ofBrowsers = ['module', 'browser', 'development|production']

// Another React, and another TanStack Query, for the tests of the hooks.
const { REACT_PEERS } = process.env
const alias = REACT_PEERS ? peersIn(REACT_PEERS) : {}

export default defineConfig({
  test: {
    // By default one processor is left free, which on a machine of two is half of it.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [...slow, ...redis, ...stores, ...environments, ...msw2, ...sweeps],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [numberAwaits()],
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'sweeps',
          include: sweeps,
          exclude: [...slow, ...redis],
          testTimeout: 120_000,
        },
      },
      {
        resolve: { conditions, alias: [{ find: /^msw(?=$|\/)/, replacement: 'msw2' }] },
        ssr: { resolve: { conditions } },
        test: { name: 'msw 2', include: msw2 },
      },
      {
        plugins: [numberAwaits()],
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { name: 'slow', include: slow, testTimeout: 300_000 },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { name: 'redis', include: redis, testTimeout: 30_000 },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { name: 'stores', include: stores, testTimeout: 30_000 },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'environments',
          include: environments,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxConcurrency: 2, // as many as the smallest machine has processors
        },
      },
      {
        resolve: { conditions },
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['packages/*/test/**/*.test-d.ts'] },
        },
      },
      {
        plugins: [react(), mswWorker()],
        resolve: { conditions: [...conditions, ...ofBrowsers], alias },
        ...(REACT_PEERS && { cacheDir: join(REACT_PEERS, '.vite') }),
        // Found only while tests run, they would make Vite reload the page under a test.
        optimizeDeps: {
          include: [
            ...packagesOfMswShell,
            '@tanstack/react-query',
            'openapi-fetch',
            'react',
            'react-dom/client',
            'react/jsx-dev-runtime',
            'vitest-browser-react',
          ],
        },
        test: {
          name: 'browser',
          include: ['packages/*/test/**/*.test.tsx'],
          browser: {
            commands: { ...clientCommands, ...reactCommands },
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
