import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { expect, it } from 'vitest'

/** What a bundle for the browser is made of, and what it leaves to be imported. */
async function bundle(entry: string): Promise<{ packages: string[]; imports: string[] }> {
  const outDir = await mkdtemp(join(tmpdir(), 'bundle-'))
  try {
    await build({
      entry: { bundle: fileURLToPath(new URL(entry, import.meta.url)) },
      outDir,
      format: 'esm',
      platform: 'browser',
      noExternal: [/^(?!msw$)/],
      external: ['msw'],
      metafile: true,
      config: false,
      loader: { '.css': 'text', '.client.js': 'text' },
      silent: true,
    })
    const meta: Metafile = JSON.parse(await readFile(join(outDir, 'metafile-esm.json'), 'utf8'))
    const files = Object.keys(meta.inputs)
    const names = files.map((file) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1])
    const imports = Object.values(meta.outputs).flatMap((output) => output.imports)
    return {
      packages: [...new Set(names.filter((name) => name !== undefined))].sort(),
      imports: [...new Set(imports.map(({ path }) => path))],
    }
  } finally {
    await rm(outDir, { recursive: true })
  }
}

interface Metafile {
  inputs: Record<string, unknown>
  outputs: Record<string, { imports: { path: string }[] }>
}

it('the shell for msw has no oidc-provider and nothing of Node in its bundle', async () => {
  const { packages, imports } = await bundle('../src/shells/msw/emulator.ts')
  expect(packages).toEqual([
    'ajv',
    'ajv-formats',
    'fast-deep-equal',
    'fast-uri',
    'hono',
    'jose',
    'json-schema-traverse',
  ])
  expect(imports).toEqual(['msw'])
  expect(imports.filter((name) => builtinModules.includes(name))).toEqual([])
})
