import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { servePage } from '@connected-accounts/testing/application/page-server'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('playwright/', import.meta.url))

/** Runs a file with Playwright's runner, against `dist`, because it cannot import the source: Node has no `?raw`. Returns how many tests passed; rejects if one failed. */
async function runPlaywright(directory: string, file: string): Promise<number> {
  const options = ['playwright', 'test', file, '--config', join(here, 'playwright.config.ts')]
  const env = { ...process.env, TEST_DIR: directory }
  const { stdout } = await promisify(execFile)('npx', options, { cwd: here, env })
  const { stats } = JSON.parse(stdout)
  expect(stats).toMatchObject({ unexpected: 0, skipped: 0, flaky: 0 })
  return stats.expected
}

it('the contract suite of the My Account API passes through the fixture for Playwright', async () => {
  expect(await runPlaywright(here, 'contract.spec.ts')).toBe(31)
})

it('the fixtures log in, connect and consent', async () => {
  expect(await runPlaywright(here, 'fixtures.spec.ts')).toBe(7)
})

it('the example of the README runs on an application with auth0-spa-js', async () => {
  const application = await servePage(new URL('pages/accounts.ts', import.meta.url))
  const directory = await mkdtemp(join(here, 'readme-'))
  try {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, code = ''] =
      /^```ts\n(import[^\n]*emulator\/playwright'[\s\S]*?)^```$/m.exec(readme) ?? []
    const spec = code.replace('http://localhost:3000', application.origin)
    await writeFile(join(directory, 'readme.spec.ts'), spec)
    expect(await runPlaywright(directory, 'readme.spec.ts')).toBe(1)
  } finally {
    await rm(directory, { recursive: true })
    await application.close()
  }
})
