import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'

const blocks = codeBlocks('../README.md')

/** The ts blocks of a page, as bodies of functions: an import there is a call of `load`. */
function codeBlocks(page: string): string[] {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) =>
    stripTypeScriptTypes(
      code.replaceAll(/^import ({.*}) from (.*)$/gm, 'const $1 = await load($2)'),
    ),
  )
}

/** Runs a block. Returns what it printed. */
async function run(block: string | undefined): Promise<unknown> {
  const printed: unknown[] = []
  const scope = {
    load: (name: string) => import(/* @vite-ignore */ name),
    console: { log: (value: unknown) => void printed.push(value) },
  }
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor // it has no name of its own
  await new AsyncFunction(...Object.keys(scope), block ?? '')(...Object.values(scope))
  return printed
}

// `playwright.slow.test.ts` runs the last one.
const [listening, inProcess, behindMsw, _withPlaywright, ...others] = blocks

test('the example that listens runs', async () => {
  const issuer = expect.stringMatching(/^http:\/\/localhost:\d+\/$/)
  expect(await run(listening)).toMatchObject([{ issuer }])
})

test('the example in process runs', async () => {
  const accounts = [{ connection: 'google-oauth2' }]
  expect(await run(inProcess)).toMatchObject([{ accounts }])
})

test('the example behind msw runs', async () => {
  const account = { connection: 'google-oauth2', access_type: 'offline' }
  expect(await run(behindMsw)).toMatchObject([{ account }])
})

test('there are no others', () => expect(others).toEqual([]))
