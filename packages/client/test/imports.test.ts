import { readFileSync } from 'node:fs'
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
      ? packagesOf(from.slice(2).replace('.js', '.ts'), seen)
      : [from]
    for (const name of found) packages.add(name)
  }
  return packages
}

test('the client and its prover need no other package at run time', () => {
  expect([...packagesOf('index.ts')]).toEqual([])
  expect([...packagesOf('dpop-prover.ts')]).toEqual([])
  expect([...packagesOf('auth0-spa-js.ts')]).toEqual([])
  expect([...packagesOf('nextjs-auth0.ts')]).toEqual([])
})
