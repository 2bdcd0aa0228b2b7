import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { isLoginFlowError, isSessionError, LoginFlowError, SessionError } from '../src/index.js'
import { createServer, createVisitor, loggedIn, redirectUri, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
const audience = 'https://api.example.test/'
const canary = `eyJ${'canary'.repeat(8)}`

test('token in an error: nothing of an answer gets into one, however it is broken', async () => {
  let answer = () => new Response()
  const server = createServer(emulator, {
    fetch: async (request) =>
      request.url.endsWith('/oauth/token') && isBroken ? answer() : fetch(request),
  })
  let isBroken = false
  const visitor = await loggedIn(server, emulator.url)
  isBroken = true
  const tokens = { access_token: canary, refresh_token: canary, id_token: canary }
  const answers: [number, unknown][] = [
    [200, { ...tokens, token_type: 7 }],
    [200, { ...tokens, token_type: 'Bearer', expires_in: 'soon' }],
    [200, { ...tokens, token_type: 'Bearer', id_token: canary }],
    [400, { error: canary, error_description: canary }],
    [401, { error: 'invalid_client', error_description: `Bearer ${canary}` }],
    [500, canary],
    [302, { ...tokens }],
  ]
  for (const [status, body] of answers) {
    answer = () => Response.json(body, { status, headers: { 'www-authenticate': `x="${canary}"` } })
    const error = await rejection(
      visitor.request((store) => server.getAccessToken({ audience }, store)),
    )
    expect(error, JSON.stringify(body)).toMatchObject({ name: 'TokenError' })
    expect(inspect(error, { depth: 9, showHidden: false })).not.toContain('canary')
  }
})

test('token in a log: a whole flow writes nothing to the console', async () => {
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const
  const spies = methods.map((method) => vi.spyOn(console, method))
  onTestFinished(() => spies.forEach((spy) => void spy.mockRestore()))
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  await rejection(visitor.request((store) => server.completeInteractiveLogin(redirectUri, store)))
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
})

test('a server client shows no secret where it is printed', async () => {
  const server = createServer(emulator)
  expect(inspect(server, { depth: 9 })).not.toContain('secret')
  expect(JSON.stringify(server)).toBe('{}')
})

test('what came back in a callback is blanked where it looks like a token', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  const state = new URL(url).searchParams.get('state') ?? ''
  const callbackUrl = `${redirectUri}?error=${canary}&error_description=${canary}&state=${state}&iss=${emulator.url}/`
  const error = await rejection(
    visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store)),
  )
  expect(error).toMatchObject({ code: 'provider_error', error: undefined })
  expect(inspect(error)).not.toContain('canary')
})

test('errors are told by guards, and each code has a section in the documentation', () => {
  const login = new LoginFlowError('expired', { message: 'm' })
  const session = new SessionError('missing_session', { message: 'm' })
  expect([login, session].map(isLoginFlowError)).toEqual([true, false])
  expect([login, session].map(isSessionError)).toEqual([false, true])
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const codes = [
    ...['not_a_callback', 'unknown_state', 'expired', 'access_denied', 'provider_error'],
    ...['invalid_response', 'organization_mismatch', 'missing_session', 'cookies_too_large'],
    ...['store_unavailable', 'store_unreadable', 'refresh_busy', 'refresh_token_rotated'],
    ...['other_origin', 'bad_return_to', 'wrong_method', 'not_a_form', 'body_too_large'],
    'uri_too_long',
    ...['not_found', 'invalid_request', 'tenant_unreachable', 'tenant_timeout', 'server_error'],
  ]
  for (const code of codes) expect(page).toContain(`\n### ${code}\n`)
})
