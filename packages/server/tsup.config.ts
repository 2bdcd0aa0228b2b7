import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/express.ts', 'src/next.ts', 'src/redis.ts'],
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
})
