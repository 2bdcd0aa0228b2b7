import { msw } from 'msw/vite'

/** Serves the script of msw's worker to tests that run in a browser. */
export const mswWorker = () => msw({ mode: 'worker-only' })

/** What the emulator behind msw needs of npm, for Vite to bundle before the tests. */
export const packagesOfMswShell = [
  'ajv/dist/2020.js',
  'ajv-formats',
  'dpop',
  'hono',
  'hono/cors',
  'jose',
  'msw',
  'msw/browser',
]
