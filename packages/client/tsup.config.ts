import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/browser/index.ts',
    'src/dpop-prover.ts',
    'src/tokens.ts',
    'src/token-vault.ts',
    'src/auth0-spa-js.ts',
    'src/nextjs-auth0.ts',
  ],
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
})
