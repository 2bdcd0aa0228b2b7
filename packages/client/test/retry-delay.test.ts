import { expect, test } from 'vitest'
import {
  createConnectedAccountsClient,
  listConnectedAccounts,
  MyAccountApiError,
  retryDelay,
  TokenError,
} from '../src/index.js'

const NEVER = Number.POSITIVE_INFINITY

/** What the client throws for an answer with this status. */
function refused(status: number, headers: Record<string, string> = {}): Error {
  return new MyAccountApiError(new Response(null, { status, headers }), '')
}

test('a network failure is worth three retries, later each time', () => {
  const delays = [0, 1, 2, 3].map((count) => retryDelay(count, new TypeError('fetch failed')))
  expect(delays).toEqual([1000, 2000, 4000, NEVER])
})

test.for([
  ['Chrome', 'Failed to fetch'],
  ['Chrome, with the host', 'Failed to fetch (tenant.example.test)'],
  ['Chrome, in the middle of a body', 'network error'],
  ['Firefox', 'NetworkError when attempting to fetch resource.'],
  ['Safari', 'Load failed'],
  ['Safari 16', 'The Internet connection appears to be offline.'],
  ['React Native', 'Network request failed'],
  ['Node', 'fetch failed'],
  ['Node, in the middle of a body', 'terminated'],
  ['Deno', 'error sending request for url (https://tenant.example.test/)'],
  ['Deno, in the middle of a body', 'error reading a body from connection'],
  ['Bun', 'Unable to connect. Is the computer able to access the url?'],
  ['Bun 1.4', 'ECONNRESET: The socket connection was closed unexpectedly. For more information'],
  ['Bun, without DNS', 'getaddrinfo ENOTFOUND tenant.example.test'],
])('a network failure is known by what %s says', ([, message]) => {
  expect(retryDelay(0, new TypeError(message))).toBe(1000)
})

test('workerd throws a plain Error when the network fails', () => {
  expect(retryDelay(0, new Error('Network connection lost.'))).toBe(1000)
})

test('a token source that returns nothing is a mistake, and asking it again is no use', async () => {
  const accessToken = async () => undefined as unknown as string // the types forbid it
  const client = createConnectedAccountsClient({ domain: 'tenant.example.test', accessToken })
  const error = await listConnectedAccounts(client).catch((thrown: Error) => thrown)
  expect(error).toBeInstanceOf(TypeError)
  expect(retryDelay(0, error as TypeError)).toBe(NEVER) // checked in the line before
})

test.for([
  "Cannot read properties of undefined (reading 'id')",
  'client is not a function',
  "Failed to execute 'fetch' on 'Window': Failed to parse URL from [object Request]",
])("a developer's own mistake would only fail again: %s", (message) => {
  expect(retryDelay(0, new TypeError(message))).toBe(NEVER)
})

test("the seconds of an error's own retryAfter are respected, of whatever class it is", () => {
  const response = new Response(null, { status: 429, headers: { 'retry-after': '9' } })
  const ofTokens = new TokenError('too_many_requests', { message: 'Too many.', response })
  expect(retryDelay(0, ofTokens)).toBe(9000)
  const long = new Response(null, { status: 429, headers: { 'retry-after': '120' } })
  expect(retryDelay(0, new TokenError('x', { message: 'x', response: long }))).toBe(NEVER)
  expect(retryDelay(0, Object.assign(new Error('x'), { status: 503, retryAfter: 3 }))).toBe(3000)
})

test('a 5xx and a 429 are worth a retry, and no other 4xx is', () => {
  expect([500, 503, 429].map((status) => retryDelay(0, refused(status)))).toEqual([
    1000, 1000, 1000,
  ])
  expect([400, 401, 403, 404, 409].map((status) => retryDelay(0, refused(status)))).toEqual(
    Array(5).fill(NEVER),
  )
})

test('a 429 waits as long as it says, and is an error at once if that is more than a minute', () => {
  expect(retryDelay(2, refused(429, { 'retry-after': '7' }))).toBe(7000)
  expect(retryDelay(0, refused(429, { 'retry-after': '60' }))).toBe(60_000)
  expect(retryDelay(0, refused(429, { 'retry-after': '61' }))).toBe(NEVER)
})

test('a token endpoint that fails for the moment is asked again, and a login that has ended is not', () => {
  const failed = (code: string, status?: number) => {
    const response = status && new Response(null, { status })
    return new TokenError(code, { message: 'No token.', ...(response && { response }) })
  }
  expect(retryDelay(0, failed('server_error', 503))).toBe(1000)
  expect(retryDelay(0, failed('invalid_grant', 400))).toBe(NEVER)
  expect(retryDelay(0, failed('missing_refresh_token'))).toBe(NEVER)
  expect(retryDelay(0, new Error('login_required'))).toBe(NEVER)
})
