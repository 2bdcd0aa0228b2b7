import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/security.md', root), 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?!Threat)/.test(line))

test.for(rows)('a row of docs/security.md names a test that exists: %s', (row) => {
  const [, name = '', path = ''] = /\[([^\]]+)\]\(\.\.\/([^)]+)\) \|$/.exec(row) ?? []
  const source = readFileSync(new URL(path, root), 'utf8')
  expect(source).toContain(`'${name}'`)
})

test('the page has every threat that the server client is to withstand', () => {
  expect(rows.length).toBeGreaterThan(30)
})

const cookieSessions = readFileSync(new URL('docs/cookie-sessions.md', root), 'utf8')
const tested = [...cookieSessions.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\) \|$/gm)]

test.for(tested)(
  'a row of docs/cookie-sessions.md names a test that exists: %s',
  ([, name, path]) => {
    expect(readFileSync(new URL(path ?? '', root), 'utf8')).toContain(`'${name}'`)
  },
)

test('the page about sessions in cookies has a test for each bound and each loss', () => {
  expect(tested.length).toBeGreaterThan(14)
})
