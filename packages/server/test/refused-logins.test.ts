import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { createServer, createVisitor, redirectUri, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

/** Starts a login, and comes back with these parameters in place of a code. */
async function comeBackWith(params: Record<string, string>) {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) =>
    server.startInteractiveLogin({ appState: 'kept' }, store),
  )
  const state = new URL(url).searchParams.get('state') ?? ''
  const callbackUrl = new URL(redirectUri)
  callbackUrl.search = String(new URLSearchParams({ state, iss: `${emulator.url}/`, ...params }))
  return rejection(visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store)))
}

test.for([
  ['access_denied', 'access_denied', 'access_denied'],
  ['login_required', 'provider_error', 'login_required'],
  ['unauthorized', 'provider_error', 'unauthorized'],
  // What does not look like a code may be anything, so programs do not get it as one.
  ['Unauthorized', 'provider_error', undefined],
  ['not allowed', 'provider_error', undefined],
  ['_denied', 'provider_error', undefined],
  ['denied_', 'provider_error', undefined],
  ['denied_2', 'provider_error', undefined],
  ['2_denied', 'provider_error', undefined],
])('the error %s of a callback is the code %s', async ([reason = '', code, error]) => {
  const plain = await comeBackWith({ error: reason })
  expect(plain).toMatchObject({ name: 'LoginFlowError', code, appState: 'kept', message: reason })
  expect((plain as { error?: string }).error).toBe(error) // `rejection` returns unknown
  const described = await comeBackWith({ error: reason, error_description: 'Ask the owner' })
  expect(described).toMatchObject({ code, message: `${reason}: Ask the owner` })
})

test('a callback of another issuer is invalid_response, and the message says why', async () => {
  const error = await comeBackWith({ code: 'c', iss: 'https://evil.example/' })
  expect(error).toMatchObject({ code: 'invalid_response', appState: 'kept' })
  expect(String(error)).toMatch(/invalid response encountered: .*"iss"/)
})
