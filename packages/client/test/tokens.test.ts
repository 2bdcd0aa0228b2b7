import type { Emulator } from '@connected-accounts/emulator'
import { decodeJwt } from 'jose'
import { allowInsecureRequests, customFetch, None, refreshTokenGrantRequest } from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createConnectedAccountsClient, listConnectedAccounts } from '../src/index.js'
import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'
import { rejection } from './observed-client.js'
import { logIn, myAccount, startEmulator } from './refreshing.js'

const example = 'https://api.example.test/'
const create = 'create:me:connected_accounts'
const read = 'read:me:connected_accounts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
beforeEach(() => emulator.reset())
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => emulator.close())

test('it is the accessToken of a client, which it serves with one refresh', async () => {
  const { source, requests } = await logIn({ emulator })
  const client = createConnectedAccountsClient({ domain: emulator.domain, accessToken: source })
  expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
  expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
  expect(requests).toHaveLength(1)
})

test('each audience has a token of its own, from the same refresh token (MRRT)', async () => {
  const { source, requests } = await logIn({ emulator })
  const me = await source(myAccount(emulator, { scope: 'openid' }))
  const api = await source({ audience: example, scope: 'openid', forceRefresh: false })
  expect([decodeJwt(me.accessToken).aud].flat()).toContain(`${emulator.url}/me/`)
  expect([decodeJwt(api.accessToken).aud].flat()).toContain(example)
  expect(api).toEqual({
    accessToken: expect.any(String),
    tokenType: 'Bearer',
    expiresAt: expect.any(Number),
  })
  expect(requests).toHaveLength(2)
})

test('sends what oauth4webapi sends (RFC 6749 §6), and follows no redirect', async () => {
  const { source, requests, store } = await logIn({ emulator })
  await source(myAccount(emulator))
  let peer = new URLSearchParams()
  const { url: issuer } = emulator
  const server = { issuer, token_endpoint: `${issuer}/oauth/token` }
  await refreshTokenGrantRequest(server, { client_id: 'spa' }, None(), store.refreshToken, {
    additionalParameters: { audience: `${issuer}/me/`, scope: read },
    [allowInsecureRequests]: true,
    [customFetch]: (_url, { body }) => {
      peer = body
      return Promise.resolve(new Response())
    },
  })
  const ours = new URLSearchParams(await requests[0]?.text())
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(peer))
  expect(requests[0]).toMatchObject({ url: server.token_endpoint, redirect: 'manual' })
})

test('a token with more scopes serves a request for fewer, in whatever order, and not the other way', async () => {
  const { source, requests } = await logIn({ emulator })
  const two = await source(myAccount(emulator, { scope: `${read} ${create}` }))
  expect(await source(myAccount(emulator, { scope: create }))).toEqual(two)
  expect(await source(myAccount(emulator, { scope: `${create} ${read}` }))).toEqual(two)
  expect(requests).toHaveLength(1)
  await source(myAccount(emulator, { scope: `${read} delete:me:connected_accounts` }))
  expect(requests).toHaveLength(2)
})

test('a token with more scopes replaces one with fewer, and no token of another audience', async () => {
  const { source, requests } = await logIn({ emulator })
  const api = { audience: example, scope: 'openid', forceRefresh: false }
  const ofApi = await source(api)
  const one = await source(myAccount(emulator))
  const both = await source(myAccount(emulator, { scope: `${create} ${read}` }))
  expect(both).not.toEqual(one)
  expect(await source(myAccount(emulator))).toEqual(both)
  expect(await source(api)).toEqual(ofApi)
  expect(requests).toHaveLength(3)
})

test('a token is used until 30 seconds before it expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { source, requests } = await logIn({ emulator })
  const { expiresAt = 0 } = await source(myAccount(emulator))
  expect(expiresAt).toBe(Date.now() + 86_400_000)
  vi.setSystemTime(expiresAt - 31_000)
  await source(myAccount(emulator))
  expect(requests).toHaveLength(1)
  vi.setSystemTime(expiresAt - 29_000)
  await source(myAccount(emulator))
  expect(requests).toHaveLength(2)
})

test('a token that the API refuses before its time is replaced, and the call succeeds', async () => {
  const { source, requests } = await logIn({ emulator })
  const client = createConnectedAccountsClient({ domain: emulator.domain, accessToken: source })
  await listConnectedAccounts(client)
  emulator.clock.advance(86_401)
  await listConnectedAccounts(client)
  await listConnectedAccounts(client)
  expect(requests).toHaveLength(2)
})

test('forceRefresh passes the cache, and the token that was refused is not handed out again', async () => {
  const { source, requests } = await logIn({ emulator })
  const refused = await source(myAccount(emulator))
  // Without a jti, tokens of the same second are the same.
  emulator.clock.advance(1)
  const calls = [{ forceRefresh: true }, { forceRefresh: false }, { forceRefresh: true }]
  const tokens = await Promise.all(calls.map((more) => source(myAccount(emulator, more))))
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(tokens[0]?.accessToken).not.toBe(refused.accessToken)
  expect(requests).toHaveLength(2)
})

test('a late refusal of the token before is answered with the new one, without another refresh', async () => {
  const { source, requests } = await logIn({ emulator })
  const { accessToken: rejectedToken } = await source(myAccount(emulator))
  emulator.clock.advance(1)
  const renewed = await source(myAccount(emulator, { forceRefresh: true, rejectedToken }))
  expect(renewed.accessToken).not.toBe(rejectedToken)
  expect(await source(myAccount(emulator, { forceRefresh: true, rejectedToken }))).toEqual(renewed)
  expect(requests).toHaveLength(2)
  emulator.clock.advance(1)
  const again = { forceRefresh: true, rejectedToken: renewed.accessToken }
  expect(await source(myAccount(emulator, again))).not.toEqual(renewed)
})

test('a token that expires under many requests, answered one after the other, is refreshed once', async () => {
  const { source, requests } = await logIn({ emulator })
  let turn = Promise.resolve()
  const client = createConnectedAccountsClient({
    domain: emulator.domain,
    accessToken: source,
    async fetch(request) {
      const before = turn
      let done = () => {}
      turn = new Promise((resolve) => {
        done = resolve
      })
      await before
      const response = await fetch(request)
      setTimeout(done, 20) // so that a refresh is over before the next refusal
      return response
    },
  })
  await listConnectedAccounts(client)
  emulator.clock.advance(86_401)
  await Promise.all(Array.from({ length: 10 }, () => listConnectedAccounts(client)))
  expect(requests).toHaveLength(2)
})

test.for([false, true])(
  'a thousand calls at once make one request, with forceRefresh: %s',
  async (forceRefresh) => {
    const { source, requests } = await logIn({ emulator })
    const calls = Array.from({ length: 1000 }, () => source(myAccount(emulator, { forceRefresh })))
    const tokens = await Promise.all(calls)
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(requests).toHaveLength(1)
  },
)

test('calls at once for the same scopes in another order make one request', async () => {
  const { source, requests } = await logIn({ emulator })
  const orders = [`${read} ${create}`, `${create}  ${read}`]
  await Promise.all(orders.map((scope) => source(myAccount(emulator, { scope }))))
  expect(requests).toHaveLength(1)
})

test('an abort ends the waiting of its caller alone, and the refresh goes on', async () => {
  const { source, requests } = await logIn({ emulator })
  const controller = new AbortController()
  const reason = new Error('gone')
  const first = source(myAccount(emulator, { signal: controller.signal }))
  const second = source(myAccount(emulator))
  controller.abort(reason)
  expect(await rejection(first)).toBe(reason)
  await second
  const late = source(myAccount(emulator, { signal: controller.signal, forceRefresh: true }))
  expect(await rejection(late)).toBe(reason)
  await source(myAccount(emulator))
  expect(requests).toHaveLength(1)
})

test('what fails is asked for again', async () => {
  const { source, requests } = await logIn({ emulator })
  emulator.failNext('getToken', { status: 503 })
  await expect(source(myAccount(emulator))).rejects.toMatchObject({ status: 503 })
  await source(myAccount(emulator))
  expect(requests).toHaveLength(2)
})

test.for([
  [{ domain: 'https://a/b' }, 'domain'],
  [{ clientId: '' }, 'clientId'],
  [{ clientId: undefined as never }, 'clientId'],
  [{ refreshToken: 'a-token' as never }, 'refreshToken'],
  [{ dpop: { generateProof: async () => 'proof' } as never }, 'dpop'],
] as const)('a wrong option is named: %o', ([change, name]) => {
  const options = { domain: 'tenant.example.test', clientId: 'spa', refreshToken: () => 'r' }
  expect(() => refreshTokenSource({ ...options, ...change })).toThrow(TypeError)
  expect(() => refreshTokenSource({ ...options, ...change })).toThrow(name)
})
