import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    express: 'src/adapters/express.ts',
    next: 'src/adapters/next.ts',
    redis: 'src/sessions/redis.ts',
  },
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
})
