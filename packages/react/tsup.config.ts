import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/**/*.{ts,tsx}'],
  bundle: false, // bundling drops 'use client', and makes the option factories client-only
  format: 'esm',
  dts: { entry: 'src/index.ts' },
  sourcemap: true,
  clean: true,
})
