import { defineConfig } from 'tsup'

const modules = {
  index: 'src/index.ts',
  msw: 'src/shells/msw/emulator.ts',
  playwright: 'src/shells/playwright.ts',
}

export default defineConfig({
  entry: { ...modules, cli: 'src/shells/cli/main.ts' },
  format: 'esm',
  dts: { entry: modules },
  sourcemap: true,
  clean: true,
})
