import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ConnectFlowError, describeError, TokenError } from '@connected-accounts/client'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const page = readFileSync(`${root}docs/errors.md`, 'utf8')
const codes = [...page.matchAll(/^### (\w+)$/gm)].map(([, code]) => String(code))
const OTHER = 'Something went wrong. Try again.'

test('every code of docs/errors.md has words of its own, but for what the user cancelled', () => {
  expect(codes).toContain('server_error')
  const words = codes.map((code) => [code, describeError(code)])
  expect(words.filter(([, text]) => text === OTHER)).toEqual([])
  expect(words.filter(([, text]) => text === undefined)).toEqual([['cancelled', undefined]])
})

test('no words have a code or a word of developers in them', () => {
  const shown = codes.map((code) => describeError(code) ?? '')
  expect(shown.filter((text) => /_|token|state|scope|redirect|API|DPoP/.test(text))).toEqual([])
})

test('an error has the words of its code, and never its message', () => {
  const message = 'for developers'
  const flow = new ConnectFlowError('expired', { message })
  expect(describeError(flow)).toBe('That took too long. Start again.')
  const token = new TokenError('invalid_grant', { message })
  expect(describeError(token)).toBe('Your session has ended. Log in again.')
  expect(describeError(new TokenError('of_some_server', { message }))).toBe(OTHER)
  expect(describeError(new Error(message))).toBe(OTHER)
})

test('the code of a URL has words, and what is no code never shows', () => {
  const url = new URL('https://app.example/?auth_error=access_denied&other=<b>')
  const shown = (name: string) => describeError(url.searchParams.get(name))
  expect(shown('auth_error')).toBe('You did not allow the access, so nothing has changed.')
  expect(shown('other')).toBe(OTHER)
  expect(describeError('constructor')).toBe(OTHER)
  expect(shown('missing')).toBeUndefined()
})

test('the error of a login SDK, which has its code in `error`, has words', () => {
  const error = Object.assign(new Error('Login required'), { error: 'login_required' })
  expect(describeError(error)).toBe('Your session has ended. Log in again.')
})

test('what the user cancelled or left is nothing to show', () => {
  expect(describeError(new ConnectFlowError('cancelled', { message: 'x' }))).toBeUndefined()
  expect(describeError(AbortSignal.abort().reason)).toBeUndefined()
  expect(describeError(null)).toBeUndefined()
  expect(describeError(undefined)).toBeUndefined()
})

test("a failure of the network and a timeout are told apart from a developer's mistake", () => {
  expect(describeError(new TypeError('Failed to fetch'))).toMatch(/^There is no connection/)
  expect(describeError(new DOMException('', 'TimeoutError'))).toMatch(/^That took too long. Check/)
  expect(describeError(new TypeError('x is not a function'))).toBe(OTHER)
})

test('your own words come first, also for codes of your own, and an empty text shows nothing', () => {
  const german = { expired: 'Das hat zu lange gedauert.', quota: 'Zu viel.', other: 'Fehler.' }
  expect(describeError('expired', german)).toBe(german.expired)
  expect(describeError({ code: 'quota' }, german)).toBe(german.quota)
  expect(describeError(new Error(), german)).toBe(german.other)
  expect(describeError('access_denied', { access_denied: '' })).toBeUndefined()
})

test('no example shows the message of an error, which is for developers', () => {
  const docs = ['README.md', 'docs/*.md', 'packages/*/README.md']
  const code = ['packages/server/examples/**/*.tsx', 'packages/demo/src/app/*.tsx']
  const exclude = ['**/node_modules/**']
  const files = globSync([...docs, ...code], { cwd: root, exclude })
  expect(files.length).toBeGreaterThan(40)
  const shows = /\{[\w.]*error\.message\}|show\((String\(error\)|error\.message)\)/i
  expect(files.filter((file) => shows.test(readFileSync(root + file, 'utf8')))).toEqual([])
})
