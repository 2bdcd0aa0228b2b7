import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/cli.ts', 'src/msw.ts', 'src/playwright.ts'],
  format: 'esm',
  dts: { entry: ['src/index.ts', 'src/msw.ts', 'src/playwright.ts'] },
  sourcemap: true,
  clean: true,
})
