import { msw } from 'msw/vite'

/** Creates the Vite plugin that serves msw's worker script to tests in a browser. */
export const mswWorker = () => msw({ mode: 'worker-only' })

/** The npm packages behind the emulator for msw. Vite bundles them before the tests start. */
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
