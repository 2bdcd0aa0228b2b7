import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Needs the built packages.
const run = promisify(execFile)

const packages = ['client', 'react', 'server', 'emulator']
const entries = packages.flatMap((name) => {
  const file = new URL(`../../${name}/package.json`, import.meta.url)
  const { exports } = JSON.parse(readFileSync(file, 'utf8'))
  const paths = Object.keys(exports).filter((path) => !/[.](json|css)$/.test(path))
  return paths.map((path) => [name, `@connected-accounts/${name}${path.slice(1)}`] as const) // a tuple
})

test.for(entries)('a CommonJS module of %s can require %s', async ([name, entry]) => {
  const script = `console.log(Object.keys(require('${entry}')).length > 0)`
  const cwd = fileURLToPath(new URL(`../../${name}/`, import.meta.url))
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script], { cwd })
  expect(stdout.trim()).toBe('true')
})
