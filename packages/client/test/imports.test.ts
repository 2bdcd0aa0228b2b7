import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** The packages that a file of `src` imports at run time, itself or by others. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>()
  if (seen.has(file)) return packages
  seen.add(file)
  const source = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
  for (const [, names = '', from = ''] of source.matchAll(
    /^(?:im|ex)port ([^;]*?) from '(.*)'$/gm,
  )) {
    if (names.startsWith('type ')) continue
    const found = from.startsWith('.')
      ? packagesOf(join(dirname(file), from).replace('.js', '.ts'), seen)
      : [from]
    for (const name of found) packages.add(name)
  }
  return packages
}

test('the client and its prover need no other package at run time', () => {
  expect([...packagesOf('index.ts')]).toEqual([])
  expect([...packagesOf('dpop/create-dpop.ts')]).toEqual([])
  expect([...packagesOf('adapters/auth0-spa-js.ts')]).toEqual([])
  expect([...packagesOf('adapters/nextjs-auth0.ts')]).toEqual([])
})
