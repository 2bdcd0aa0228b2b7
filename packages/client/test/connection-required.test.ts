import { describe, expect, test } from 'vitest'
import {
  ConnectionRequiredError,
  describeError,
  isConnectionRequiredError,
  readConnectionRequired,
  readGrantError,
  throwIfConnectionRequired,
} from '../src/index.js'

const details = {
  connection: 'google-oauth2',
  scopes: ['calendar'],
  accountId: 'cac_1',
  reason: 'missing_scopes',
} as const // literal types

describe('ConnectionRequiredError', () => {
  test('goes as a problem and comes back the same (RFC 9457)', async () => {
    const error = new ConnectionRequiredError(details)
    const response = error.toResponse()
    expect(response.status).toBe(403)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const problem = await response.json()
    expect(problem).toMatchObject({
      type: 'urn:connected-accounts:connection_required',
      title: 'connection_required',
      account_id: 'cac_1',
    })
    const back = readConnectionRequired(problem)
    expect(back).toMatchObject({ ...details, code: 'connection_required', message: error.message })
    expect(isConnectionRequiredError(back)).toBe(true)
  })

  test.for(['not_connected', 'expired', 'missing_scopes', 'revoked'] as const)(
    'says what to do if the reason is %s',
    (reason) => {
      const { message } = new ConnectionRequiredError({ ...details, reason })
      expect(message).toMatch(/^The call needs google-oauth2: .*[Cc]onnect/)
    },
  )

  test('leaves out the id of an account that it does not know', () => {
    const error = new ConnectionRequiredError({ ...details, accountId: undefined })
    expect(JSON.stringify(error)).not.toContain('account_id')
    expect(readConnectionRequired(JSON.parse(JSON.stringify(error)))?.accountId).toBeUndefined()
  })

  test('has no token in its message', () => {
    const error = new ConnectionRequiredError({ ...details, scopes: ['eyJhbGciOi.secret'] })
    expect(error.message).not.toContain('eyJ')
  })

  test('keeps the error that it was found by as its cause, which JSON leaves out', () => {
    const cause = new Error('401')
    const error = new ConnectionRequiredError({ ...details, cause })
    expect(error.cause).toBe(cause)
    expect(JSON.stringify(error)).not.toContain('401')
  })

  test('has words for the person', () => {
    expect(describeError(new ConnectionRequiredError(details))).toMatch(/Connect it/)
  })
})

describe('readConnectionRequired', () => {
  const problem = new ConnectionRequiredError(details).toJSON()

  test.for(['body', 'data', 'problem', 'cause'])(
    "finds the problem in an HTTP library's error, as its %s",
    (field) => {
      const error = Object.assign(new Error('Request failed'), { [field]: problem })
      expect(readConnectionRequired(error)).toMatchObject(details)
    },
  )

  test('reads the cause that the Error constructor hides', () => {
    const cause = new ConnectionRequiredError(details)
    expect(readConnectionRequired(new Error('Request failed', { cause }))).toBe(cause)
  })

  test.for([
    undefined,
    null,
    'connection_required',
    new Error('no'),
    { ...problem, title: 'forbidden' },
    { ...problem, connection: 1 },
    { ...problem, scopes: 'calendar' },
    { ...problem, account_id: 1 },
    { ...problem, reason: 'toString' },
    { ...problem, reason: undefined },
  ])('is undefined for something else: %j', (value) => {
    expect(readConnectionRequired(value)).toBeUndefined()
  })
})

describe('throwIfConnectionRequired', () => {
  test('throws what the API responded with, and leaves the body to the caller', async () => {
    const response = new ConnectionRequiredError(details).toResponse()
    await expect(throwIfConnectionRequired(response)).rejects.toMatchObject(details)
    await expect(response.json()).resolves.toMatchObject({ reason: 'missing_scopes' })
  })

  test.for([
    Response.json({ title: 'connection_required' }, { status: 200 }),
    Response.json({ title: 'forbidden' }, { status: 403 }),
    new Response('{', { status: 403, headers: { 'content-type': 'application/json' } }),
    new Response('no', { status: 403 }),
  ])('lets any other response pass', async (response) => {
    await expect(throwIfConnectionRequired(response)).resolves.toBeUndefined()
    expect(response.bodyUsed).toBe(false)
  })
})

test('a grant error is read from it', () => {
  const { scopes } = details
  const missing = new ConnectionRequiredError(details)
  expect(readGrantError(missing)).toEqual({ code: 'insufficient_scope', scopes })
  const dead = new ConnectionRequiredError({ ...details, reason: 'revoked' })
  expect(readGrantError(dead.toJSON())).toEqual({ code: 'connection_not_connected' })
})
