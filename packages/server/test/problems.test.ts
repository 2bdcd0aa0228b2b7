import {
  ConnectFlowError,
  MyAccountApiError,
  type ProblemDetails,
  TokenError,
} from '@connected-accounts/client'
import { expect, test } from 'vitest'
import { LoginFlowError, SessionError } from '../src/index.js'
import { errorResponse } from '../src/routes/problem.js'

const message = 'What happened.'
const token = (code: string, status?: number) => {
  const headers = { 'retry-after': '7' }
  const response = status === undefined ? undefined : new Response(null, { status, headers })
  return new TokenError(code, { message, ...(response && { response }) })
}

test.for<[number, Error & { code: string }]>([
  [401, new SessionError('missing_session', { message })],
  [431, new SessionError('cookies_too_large', { message })],
  [503, new SessionError('store_unavailable', { message })],
  [500, new SessionError('store_unreadable', { message })],
  [503, new SessionError('refresh_busy', { message })],
  [500, new SessionError('refresh_token_rotated', { message })],
  [400, new LoginFlowError('unknown_state', { message })],
  [400, new ConnectFlowError('expired', { message })],
  [401, token('invalid_grant', 403)],
  [401, token('missing_refresh_token')],
  [401, token('mfa_required', 403)],
  [403, token('insufficient_scope')],
  [429, token('too_many_requests', 429)],
  [502, token('invalid_client', 401)],
  [502, token('unexpected_response', 200)],
])('the answer is %i for %o', async ([status, error]) => {
  const answer = errorResponse(error)
  expect(answer.status).toBe(status)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(await answer.json()).toEqual({
    type: `urn:connected-accounts:${error.code}`,
    title: error.code,
    status,
    detail: message,
  })
  const isLimited = error instanceof TokenError && error.status !== undefined
  expect(answer.headers.get('retry-after')).toBe(isLimited ? '7' : null)
})

const problemOf = async (error: unknown): Promise<ProblemDetails> => errorResponse(error).json()

test.for([
  [400, 400],
  [404, 404],
  [504, 502],
  [304, 502],
] as const)('a %i of the My Account API is answered with %i', async ([status, own]) => {
  const error = new MyAccountApiError(new Response(null, { status }), '')
  expect(await problemOf(error)).toMatchObject({ title: error.code, status: own })
  expect(errorResponse(error).status).toBe(own)
})

test.for<[string, number, Error]>([
  ['tenant_timeout', 504, new DOMException('Too long', 'TimeoutError')],
  ['tenant_timeout', 504, Object.assign(new Error('Too long'), { name: 'TimeoutError' })],
  ['tenant_unreachable', 502, new TypeError('fetch failed')],
])('a tenant that does not answer is %s', async ([title, status, error]) => {
  expect(errorResponse(error).status).toBe(status)
  const type = `urn:connected-accounts:${title}`
  expect(await problemOf(error)).toEqual({ type, title, status, detail: expect.any(String) })
})

test.for([
  new Error('a bug'),
  new TypeError('x is undefined'),
  { name: 'TimeoutError', message: 'no error' },
  undefined,
])('what the application throws is thrown again: %o', (error) => {
  let thrown: unknown
  try {
    errorResponse(error)
  } catch (again) {
    thrown = again
  }
  expect(thrown).toBe(error)
})
