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
  // The files that are imported with `?raw`: the style sheets, and the script of the page at `/`.
  loader: { '.css': 'text', '.client.js': 'text' },
  sourcemap: true,
  clean: true,
})
