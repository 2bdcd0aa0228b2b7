import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import type { GetAccessTokenOptions } from '../src/index.js'
import { audience, createGate } from './shared.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

/** Alice's session, and its refreshes, which wait at the gate once it is armed. */
async function session({ answer = async (response: Response) => response } = {}) {
  const gate = createGate()
  const state = { refreshes: 0, isArmed: false, scopes: [] as (string | null)[] }
  const server = createServer(emulator, {
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      if (!body.includes('grant_type=refresh_token')) return fetch(request)
      state.refreshes += 1
      state.scopes.push(new URLSearchParams(body).get('scope'))
      if (state.isArmed) await gate.pass()
      return answer(await fetch(request))
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const get = (options: GetAccessTokenOptions) =>
    visitor.request((store) => server.getAccessToken(options, store))
  return { get, gate, state, visitor }
}

test('without an audience it is the token of the login, which needs no refresh', async () => {
  const { get, state } = await session()
  expect(await get({})).toHaveProperty('accessToken')
  expect(state.refreshes).toBe(0)
})

test('a token that comes without another refresh token is kept', async () => {
  const { get, state } = await session({
    async answer(response) {
      const { refresh_token: _, ...body } = await response.json()
      return Response.json(body)
    },
  })
  const token = await get({ audience })
  expect(await get({ audience })).toEqual(token)
  expect(state.refreshes).toBe(1)
  expect(await get({ audience, forceRefresh: true })).not.toEqual(token)
})

test('a refresh that is refused sets no cookie', async () => {
  const { get, visitor } = await session({
    answer: async () => Response.json({ error: 'invalid_grant' }, { status: 403 }),
  })
  expect(await rejection(get({ audience }))).toMatchObject({ code: 'invalid_grant' })
  expect(visitor.lastHeaders.getSetCookie()).toEqual([])
})

test('of an audience no more scopes are requested than callers have asked for', async () => {
  const { get, state } = await session()
  const me = `${emulator.url}/me/`
  const [read, create] = ['read:me:connected_accounts', 'create:me:connected_accounts']
  await get({ audience: me, scope: read })
  await get({ audience: me, scope: `${create} ${read}` })
  expect(state.scopes).toEqual([read, `${read} ${create}`])
})

test('two calls at once that both need another token make one refresh', async () => {
  const { get, state } = await session()
  const first = await get({ audience })
  // Without a jti, tokens of the same second are the same.
  emulator.clock.advance(1)
  const both = await Promise.all([1, 2].map(() => get({ audience, forceRefresh: true })))
  expect(both[0]).toEqual(both[1])
  expect(both[0]).not.toEqual(first)
  expect(state.refreshes).toBe(2)
})

test('a token that the session has waits for no refresh, not even after a late refusal of the one before', async () => {
  const { get, gate, state } = await session()
  const { accessToken: rejectedToken } = await get({ audience })
  emulator.clock.advance(1)
  const newer = await get({ audience, forceRefresh: true, rejectedToken })
  state.isArmed = true
  const hanging = get({ audience: `${emulator.url}/me/` })
  await gate.reached
  expect(await get({ audience })).toEqual(newer)
  expect(await get({ audience, forceRefresh: true, rejectedToken })).toEqual(newer)
  gate.open()
  expect(await hanging).toHaveProperty('accessToken')
})
