import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    express: 'src/adapters/express.ts',
    next: 'src/adapters/next.ts',
    management: 'src/management/management-client.ts',
    postgres: 'src/store/postgres.ts',
    redis: 'src/adapters/redis.ts',
  },
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
})
