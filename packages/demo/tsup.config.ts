import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/start.ts'],
  format: 'esm',
  sourcemap: true,
  clean: false, // Vite's build of the app is in the same folder
})
