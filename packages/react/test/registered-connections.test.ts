import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

test('registered connections are the only ones that the hooks take, by name, scope and definition', async () => {
  const args = [at('../../../node_modules/typescript/bin/tsc'), '-p', at('registered')]
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((failed) => failed)
  expect(stdout).toBe('')
})
