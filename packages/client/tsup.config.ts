import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    internal: 'src/internal.ts',
    'browser/index': 'src/browser/index.ts',
    catalogue: 'src/catalogue/index.ts',
    dpop: 'src/dpop/create-dpop.ts',
    tokens: 'src/tokens/refresh-token-source.ts',
    'token-vault': 'src/tokens/token-vault.ts',
    'auth0-spa-js': 'src/adapters/auth0-spa-js.ts',
    'nextjs-auth0': 'src/adapters/nextjs-auth0.ts',
  },
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
})
