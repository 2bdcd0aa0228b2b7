import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/reliability.md', root), 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?!Fault)/.test(line))

test.for(rows)('a row of docs/reliability.md names a test that exists: %s', (row) => {
  const [, name = '', path = ''] = /\[([^\]]+)\]\(\.\.\/([^)]+)\) \|$/.exec(row) ?? []
  const source = readFileSync(new URL(path, root), 'utf8')
  const quoted = ["'", '"'].map((quote) => `${quote}${name}${quote}`)
  expect(quoted.some((literal) => source.includes(literal))).toBe(true)
})

test('the page has every fault that the client is to withstand', () => {
  expect(rows.length).toBeGreaterThan(25)
})
