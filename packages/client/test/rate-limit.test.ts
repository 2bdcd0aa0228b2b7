import { expect, test } from 'vitest'
import { retryAfter } from '../src/http/rate-limit.js'
import { rateLimit } from '../src/index.js'

const headers = {
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': '9',
  'x-ratelimit-reset': '1795000000',
}

test('the rate limit has the numbers of the three headers', () => {
  const response = new Response(null, { headers })
  expect(rateLimit(response)).toEqual({ limit: 10, remaining: 9, reset: 1_795_000_000 })
})

test.for<[string, string | undefined]>([
  ['x-ratelimit-limit', undefined],
  ['x-ratelimit-remaining', ''],
  ['x-ratelimit-remaining', '-1'],
  ['x-ratelimit-reset', 'soon'],
])('without a number in %s (%s) there is no rate limit', ([name, value]) => {
  const response = new Response(null, { headers })
  if (value === undefined) response.headers.delete(name)
  else response.headers.set(name, value)
  expect(rateLimit(response)).toBeUndefined()
})

const date = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()

test.for<[string, number | undefined]>([
  ['0', 0],
  ['7', 7],
  [date(60), 60],
  [date(-60), 0],
  ['', undefined],
  ['soon', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['7, 7', undefined],
  ['9'.repeat(400), undefined],
])('of a retry-after of %j the seconds are %j', ([text, seconds]) => {
  const found = retryAfter(new Response(null, { headers: { 'retry-after': text } }))
  if (seconds) expect(Math.abs((found ?? 0) - seconds)).toBeLessThanOrEqual(1)
  else expect(found).toBe(seconds)
})
