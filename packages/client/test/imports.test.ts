import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** The packages that a file of `src` imports at run time, itself or by others. */
async function packagesOf(file: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(src, file)],
    bundle: true,
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  })
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
}

test('the client needs openapi-fetch at run time, and no other package', async () => {
  expect(await packagesOf('index.ts')).toEqual(['openapi-fetch'])
  expect(await packagesOf('dpop/create-dpop.ts')).toEqual([])
  expect(await packagesOf('adapters/auth0-spa-js.ts')).toEqual([])
  expect(await packagesOf('adapters/nextjs-auth0.ts')).toEqual([])
})

/** What a page loads with this code, as a bundler makes it from the source. */
async function bundleOf(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: src },
    bundle: true,
    format: 'esm',
    minifySyntax: true,
    platform: 'browser',
    write: false,
  })
  return (outputFiles[0]?.text ?? '').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '') // comments are not loaded
}

const list = `import { createConnectedAccountsClient, listConnectedAccounts } from './index.js'
  console.log(createConnectedAccountsClient, listConnectedAccounts)`

// Of DPoP and the keys for it, of the flow, and of jose.
const notOfLists = [
  'dpop+jwt',
  'ES256',
  'ECDSA',
  'crypto.subtle',
  'dpop-nonce',
  'indexedDB',
  'code_challenge',
]

test('a page that only lists accounts loads no DPoP, no flow and no jose', async () => {
  const bundle = await bundleOf(list)
  expect(bundle).toContain('/connected-accounts/accounts')
  expect([...notOfLists, 'jose', 'JWK'].filter((text) => bundle.includes(text))).toEqual([])
})

test('these words are found in a page that has DPoP and the flow', async () => {
  const bundle = await bundleOf(`${list}
    import { startConnect } from './index.js'
    import { createDpop, loadDpopKeyPair } from './dpop/create-dpop.js'
    console.log(startConnect, createDpop, loadDpopKeyPair)`)
  expect(notOfLists.filter((text) => !bundle.includes(text))).toEqual([])
})
