import { defineConfig } from 'vitest/config'

const url = 'http://localhost:3000'

export default defineConfig({
  test: {
    testTimeout: 30_000,
    globals: true, // so that React Testing Library knows that it is in a test
    include: ['test/**/*.spec.tsx'],
    setupFiles: ['test/web-crypto.ts', 'test/happy-dom.js'],
    environmentOptions: {
      jsdom: { url },
      // The preflight of happy-dom's own `fetch` does not reach msw.
      happyDOM: { url, settings: { fetch: { disableSameOriginPolicy: true } } },
    },
  },
})
