import { expect, test } from 'vitest'
import { MyAccountApiError, readGrantError, TokenError } from '../src/index.js'

const none = { code: 'connection_not_connected' }

test('a TokenError that says that there is no grant is about the grant', () => {
  const message = 'Connect it first.'
  expect(readGrantError(new TokenError('connection_not_connected', { message }))).toEqual(none)
  expect(readGrantError(new TokenError('invalid_grant', { message }))).toBeUndefined()
})

test("an API's response body is read by its code or error", () => {
  expect(readGrantError({ code: 'connection_not_connected' })).toEqual(none)
  expect(readGrantError({ error: 'federated_connection_refresh_token_not_found' })).toEqual(none)
  expect(readGrantError({ error: 'server_error' })).toBeUndefined()
})

test('insufficient_scope comes with the scopes that the call needs (RFC 6750 §3)', () => {
  const error = { error: 'insufficient_scope', scope: 'repo gist' }
  const code = 'insufficient_scope'
  expect(readGrantError(error)).toEqual({ code, scopes: ['repo', 'gist'] })
  expect(readGrantError({ ...error, scope: 1 })).toEqual({ code })
})

test("an insufficient_scope of the My Account API is about the login's own token", () => {
  const title = 'Insufficient Scope'
  const response = Response.json({ title }, { status: 403 })
  const error = new MyAccountApiError(response, JSON.stringify({ title }))
  expect(readGrantError(Object.assign(error, { error: 'insufficient_scope' }))).toBeUndefined()
})

test.for([undefined, null, 'insufficient_scope', 403, new Error('no')])(
  'an error that does not name a grant is about something else: %s',
  (error) => {
    expect(readGrantError(error)).toBeUndefined()
  },
)
