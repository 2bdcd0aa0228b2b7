import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ServerClient } from '../src/index.js'
import { createServer, loggedIn, rejection, type Visitor } from './visitor.js'

const audience = 'https://api.example.test/'
const scope = 'read:calendar'
let emulator: Emulator
let rotating: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  const tenant = tenantWithWeb(defaultTenant(), ({ refresh_token }) => {
    refresh_token.rotation_type = 'rotating'
    refresh_token.leeway = 0
  })
  rotating = await createEmulator({ port: 0, tenant })
})
afterAll(() => Promise.all([emulator.close(), rotating.close()]))
beforeEach(() => {
  emulator.reset()
  rotating.reset()
})

/** A server whose requests to the token endpoint are counted. */
function counted(of: Emulator) {
  const grants: string[] = []
  const server = createServer(of, {
    async fetch(request) {
      const sent = request.url.endsWith('/oauth/token') ? await request.clone().text() : ''
      if (sent) grants.push(new URLSearchParams(sent).get('grant_type') ?? '')
      return fetch(request)
    },
  })
  return { server, grants }
}

const get = (server: ServerClient, visitor: Visitor, options = {}) =>
  visitor.request((store) => server.getAccessToken({ audience, scope, ...options }, store))

test('one refresh token gives tokens for every audience (MRRT), which the session keeps', async () => {
  const { server, grants } = counted(emulator)
  const visitor = await loggedIn(server, emulator.url)
  grants.length = 0
  const first = await get(server, visitor)
  expect(decodeJwt(first.accessToken)).toMatchObject({ aud: expect.anything(), scope })
  expect(first).toMatchObject({ tokenType: 'Bearer', expiresAt: expect.any(Number) })
  expect(await get(server, visitor)).toEqual(first)
  const me = await get(server, visitor, {
    audience: `${emulator.url}/me/`,
    scope: 'read:me:connected_accounts',
  })
  expect(decodeJwt(me.accessToken).scope).toBe('read:me:connected_accounts')
  expect(await get(server, visitor)).toEqual(first)
  expect(grants).toEqual(['refresh_token', 'refresh_token'])
})

test('the token of the login serves without a refresh', async () => {
  const { server, grants } = counted(emulator)
  const visitor = await loggedIn(server, emulator.url, {
    audience,
    scope: `openid offline_access ${scope}`,
  })
  await get(server, visitor)
  expect(grants).toEqual(['authorization_code'])
})

test('another scope of an audience is added to the token, so that there is one for each', async () => {
  const { server, grants } = counted(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const me = `${emulator.url}/me/`
  await get(server, visitor, { audience: me, scope: 'read:me:connected_accounts' })
  const both = await get(server, visitor, { audience: me, scope: 'create:me:connected_accounts' })
  expect(await get(server, visitor, { audience: me, scope: 'read:me:connected_accounts' })).toEqual(
    both,
  )
  expect(grants).toHaveLength(3)
})

test('a fresh one is another than the one that was refused', async () => {
  const { server } = counted(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const refused = await get(server, visitor)
  // Without a jti, tokens of the same second are the same.
  emulator.clock.advance(1)
  const fresh = await get(server, visitor, { forceRefresh: true })
  expect(fresh.accessToken).not.toBe(refused.accessToken)
  expect(await get(server, visitor)).toEqual(fresh)
})

test('ten requests at once with the same cookie make one refresh, and all get the new cookie', async () => {
  const { server, grants } = counted(rotating)
  const visitor = await loggedIn(server, rotating.url)
  grants.length = 0
  const tokens = await Promise.all(Array.from({ length: 10 }, () => get(server, visitor)))
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(grants).toEqual(['refresh_token'])
  expect(visitor.lastHeaders.getSetCookie()).not.toHaveLength(0)
})

test('a rotated refresh token is kept before the access token is handed out', async () => {
  const { server } = counted(rotating)
  const visitor = await loggedIn(server, rotating.url)
  for (let turn = 0; turn < 3; turn += 1) await get(server, visitor, { forceRefresh: true })
  expect(rotating.refreshTokenReuses).toBe(0)
})

test('a request with the cookie of before a refresh uses what that refresh brought', async () => {
  const { server } = counted(rotating)
  const visitor = await loggedIn(server, rotating.url)
  const before = new Map(visitor.cookies)
  const token = await get(server, visitor)
  visitor.cookies = before // as when the answer was lost
  expect(await get(server, visitor)).toEqual(token)
  await get(server, visitor, { forceRefresh: true })
  expect(rotating.refreshTokenReuses).toBe(0)
})

test('a rotated refresh token is kept even where less was granted than asked for', async () => {
  const { server } = counted(rotating)
  const visitor = await loggedIn(server, rotating.url)
  const call = get(server, visitor, { scope: 'read:calendar write:calendar' })
  const error = await rejection(call)
  expect(error).toMatchObject({ name: 'TokenError', code: 'insufficient_scope' })
  expect(String(error)).toContain('write:calendar')
  await get(server, visitor, { forceRefresh: true })
  expect(rotating.refreshTokenReuses).toBe(0)
})

test('a login without offline_access has no refresh token: missing_refresh_token', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url, { scope: 'openid' })
  const error = await rejection(get(server, visitor))
  expect(error).toMatchObject({ name: 'TokenError', code: 'missing_refresh_token' })
  const exchange = visitor.request((store) =>
    server.getAccessTokenForConnection({ connection: 'github' }, store),
  )
  expect(await rejection(exchange)).toMatchObject({ code: 'missing_refresh_token' })
})

test.for([
  [{ status: 403, error: 'invalid_grant' }, 'invalid_grant'],
  [{ status: 400, error: 'invalid_target' }, 'invalid_target'],
  [{ status: 401, error: 'invalid_client', challenge: 'Basic realm="x"' }, 'invalid_client'],
  [{ status: 503, body: '<html>' }, 'unexpected_response'],
] as const)('a token endpoint that answers %o has the code %s', async ([answer, code]) => {
  const { status } = answer
  const body = 'error' in answer ? JSON.stringify({ error: answer.error }) : answer.body
  const headers = {
    'content-type': 'error' in answer ? 'application/json' : 'text/html',
    ...('challenge' in answer && { 'www-authenticate': answer.challenge }),
  }
  let isFailing = false
  const server = createServer(emulator, {
    fetch: async (request) =>
      isFailing && request.url.endsWith('/oauth/token')
        ? new Response(body, { status, headers })
        : fetch(request),
  })
  const visitor = await loggedIn(server, emulator.url)
  isFailing = true
  const error = await rejection(get(server, visitor))
  expect(error).toMatchObject({ name: 'TokenError', code, status })
})

test('without a session every call for the user has the code missing_session', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  visitor.cookies.clear()
  expect(await rejection(get(server, visitor))).toMatchObject({
    name: 'SessionError',
    code: 'missing_session',
  })
})
