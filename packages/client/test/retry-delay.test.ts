import { expect, test } from 'vitest'
import { MyAccountApiError, retryDelay, TokenError } from '../src/index.js'

const NEVER = Number.POSITIVE_INFINITY

/** What the client throws for an answer with this status. */
function refused(status: number, headers: Record<string, string> = {}): Error {
  return new MyAccountApiError(new Response(null, { status, headers }), '')
}

test('after a network failure a request is sent again three times, later each time', () => {
  const delays = [0, 1, 2, 3].map((count) => retryDelay(count, new TypeError('fetch failed')))
  expect(delays).toEqual([1000, 2000, 4000, NEVER])
})

test('so it is after a 5xx and a 429, and not after any other 4xx', () => {
  expect([500, 503, 429].map((status) => retryDelay(0, refused(status)))).toEqual([
    1000, 1000, 1000,
  ])
  expect([400, 401, 403, 404, 409].map((status) => retryDelay(0, refused(status)))).toEqual(
    Array(5).fill(NEVER),
  )
})

test('a 429 waits as long as it says, and is an error at once where that is more than a minute', () => {
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
