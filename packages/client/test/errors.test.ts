import { readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import {
  ConnectFlowError,
  isConnectFlowError,
  isMyAccountApiError,
  isStorageError,
  isTokenError,
  listConnectedAccounts,
  type MyAccountApiError,
  StorageError,
  TokenError,
} from '../src/index.js'
import { problemType } from '../src/internal.js'
import { json, observedClient, problem, rejection } from './observed-client.js'

async function errorOf(answer: () => Response): Promise<MyAccountApiError> {
  const error = await rejection(listConnectedAccounts(observedClient(answer).client))
  if (!isMyAccountApiError(error)) throw error
  return error
}

test.for([
  [400, 'bad_request'],
  [401, 'invalid_token'],
  [403, 'insufficient_scope'],
  [404, 'not_found'],
  [409, 'conflict'],
  [415, 'unsupported_media_type'],
  [429, 'rate_limited'],
  [500, 'unexpected_response'],
] as const)('status %i with problem details has the code %s', async ([status, code]) => {
  const error = await errorOf(problem(status))
  expect(error).toMatchObject({ code, status, title: 'Title', detail: 'What is wrong' })
  expect(error.type).toBe(`https://auth0.com/api-errors/A0E-${status}-0001`)
  expect(error.docs).toBe(`docs/errors.md#${code}`)
})

test('what looks like a token is blanked in the fields of a problem, too', async () => {
  const secret = 'Bearer s3cr3t'
  const validation_errors = [{ detail: secret, field: 'x' }]
  const error = await errorOf(problem(400, { title: secret, detail: secret, validation_errors }))
  expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain('s3cr3t')
})

test('validation errors are kept and named in the message', async () => {
  const validation_errors = [{ pointer: '/scopes', detail: 'must NOT have fewer than 1 items' }]
  const error = await errorOf(problem(400, { validation_errors }))
  expect(error).toMatchObject({ code: 'validation', validation_errors })
  expect(error.message).toBe('Title (400): What is wrong; /scopes must NOT have fewer than 1 items')
})

test.for<[string, () => Response]>([
  ['<html>Bad gateway</html>', () => new Response('<html>Bad gateway</html>', { status: 502 })],
  ['an empty body', () => new Response('', { status: 500 })],
  ['an empty body', () => new Response('', { status: 200 })],
  ['an empty body', () => new Response(null, { status: 200, headers: { 'content-length': '0' } })],
  ['<html>Log in</html>', () => new Response('<html>Log in</html>', { status: 200 })],
  ['{"accounts":[{"id":1}]}', json(200, { accounts: [{ id: 1 }] })],
  ['{"message":"x"}', json(403, { message: 'x' })],
  ['null', json(200, null)],
])('an answer of another shape is an unexpected_response: %s', async ([text, answer]) => {
  const error = await errorOf(answer)
  expect(error).toMatchObject({ code: 'unexpected_response', status: answer().status })
  expect(error.message).toContain(text)
})

test('an answer with the wrong media type is an unexpected_response that names the type', async () => {
  const error = await errorOf(() => new Response('{"accounts":[]}'))
  expect(error.message).toContain('200 (text/plain;charset=UTF-8): {"accounts":[]}')
})

test('new fields and new enum values pass', async () => {
  const account = {
    id: 'cac_1',
    connection: 'c',
    access_type: 'online',
    scopes: [],
    created_at: 'x',
  }
  const { client } = observedClient(json(200, { accounts: [{ ...account, extra: 1 }], more: true }))
  expect((await listConnectedAccounts(client)).accounts).toEqual([{ ...account, extra: 1 }])
})

test('429 has the seconds of retry-after, also without problem details and as a date', async () => {
  expect((await errorOf(problem(429, {}, { 'retry-after': '7' }))).retryAfter).toBe(7)
  const page = new Response('slow down', { status: 429, headers: { 'retry-after': '7' } })
  expect(await errorOf(() => page)).toMatchObject({ code: 'rate_limited', retryAfter: 7 })
  const inAMinute = new Date(Date.now() + 60_000).toUTCString()
  const seconds = (await errorOf(problem(429, {}, { 'retry-after': inAMinute }))).retryAfter
  expect(seconds).toBeGreaterThan(50)
  const past = new Date(0).toUTCString()
  expect((await errorOf(problem(429, {}, { 'retry-after': past }))).retryAfter).toBe(0)
  expect((await errorOf(problem(429))).retryAfter).toBeUndefined()
})

test('a redirect is not followed and is an unexpected_response', async () => {
  const { client, requests } = observedClient(
    () => new Response(null, { status: 302, headers: { location: 'https://evil.example.test/' } }),
  )
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'unexpected_response', status: 302 })
  expect(String(error)).toContain('302 (no content-type): a redirect')
  expect(requests.map(({ redirect }) => redirect)).toEqual(['manual'])
})

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'

test.for([
  `{"access_token":"short","x":1}`,
  `{"error":"no","connect_code": "abc"}`,
  `<p>Bearer s3cr3t refused</p>`,
  `token ${jwt} expired`,
  `ya29.A0ARrdaM9qX1JZ3vK7tPbC6nL5mQ8wE2rT4yU0iO`,
])('what looks like a token is blanked in messages and printed errors: %s', async (text) => {
  const error = await errorOf(() => new Response(text, { status: 500 }))
  const printed = `${error.message} ${inspect(error)} ${JSON.stringify(error)}`
  expect(printed).toContain('[redacted]')
  expect(printed).not.toMatch(/short|abc|s3cr3t|eyJ|A0ARrdaM/)
})

test('a long code of an OAuth server is no token, and stays readable', () => {
  const message = 'unmet_authentication_requirements: federated_connection_refresh_token_not_found'
  expect(new TokenError('x', { message }).message).toBe(message)
  const opaque = 'v1_mq7sxcdntbblkfwrhzypivdmqkjhgasd-x'
  expect(new TokenError('x', { message: opaque }).message).toBe('[redacted]')
})

test.for(['The DPoP proof is refused.', 'Send a Bearer token.', '{"detail":"A Bearer token"}'])(
  'a word behind the name of a scheme is no token, and stays readable: %s',
  (message) => {
    expect(new TokenError('x', { message }).message).toBe(message)
    const token = new TokenError('x', { message: `${message} Bearer abc.def and DPoP abc1` })
    expect(token.message).toBe(`${message} Bearer [redacted] and DPoP [redacted]`)
  },
)

test('the response is at hand but not enumerable', async () => {
  const error = await errorOf(problem(403))
  expect(error.response.status).toBe(403)
  expect(Object.keys(error)).not.toContain('response')
})

test('guards know their errors by name, also those of another realm', () => {
  const foreign: unknown = runInNewContext(
    "Object.assign(new Error('x'), { name: 'ConnectFlowError', code: 'expired' })",
  )
  expect(foreign).not.toBeInstanceOf(Error)
  expect(isConnectFlowError(foreign)).toBe(true)
  expect(isConnectFlowError(new ConnectFlowError('expired', { message: 'x' }))).toBe(true)
  expect(isTokenError(new TokenError('invalid_grant', { message: 'x' }))).toBe(true)
  expect(isTokenError(foreign)).toBe(false)
  expect(isStorageError(new StorageError('key_storage_unavailable', { message: 'x' }))).toBe(true)
  expect(isStorageError(foreign)).toBe(false)
  for (const other of [new Error('x'), 'MyAccountApiError', undefined, null]) {
    expect(isMyAccountApiError(other)).toBe(false)
  }
})

test('the type of a problem needs no host', () => {
  expect(problemType('not_found')).toBe('urn:connected-accounts:not_found')
})

test('every code has its section on the page that errors name', () => {
  const directory = new URL('../src/errors/', import.meta.url)
  const source = readdirSync(directory)
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
    .join('\n')
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const unions = source.match(/ErrorCode =(?:\s+\|? ?'\w+')+/g) ?? []
  const codes = unions.join().match(/(?<=')\w+(?=')/g) ?? []
  expect(codes.length).toBeGreaterThan(30)
  expect(codes).toContain('key_storage_unavailable')
  expect(codes.filter((code) => !page.includes(`### ${code}\n`))).toEqual([])
})
