import { inspect } from 'node:util'
import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type RefreshTokenSourceOptions,
  refreshTokenSource,
} from '../src/tokens/refresh-token-source.js'
import { json, observedFetch, rejection } from './observed-client.js'
import { logIn, myAccount } from './refreshing.js'

const create = 'create:me:connected_accounts'
const read = 'read:me:connected_accounts'

let emulator: Emulator
beforeAll(async () => {
  const { clients } = defaultTenant()
  for (const { refresh_token } of clients) {
    for (const policy of refresh_token.policies) {
      if (policy.audience.endsWith('/me/')) policy.scope = [read]
    }
  }
  emulator = await createEmulator({ port: 0, tenant: { clients } })
})
beforeEach(() => emulator.reset())
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => emulator.close())

test.for<[string, Partial<RefreshTokenSourceOptions>, Partial<ReturnType<typeof myAccount>>]>([
  ['invalid_grant', { refreshToken: () => 'revoked' }, {}],
  ['invalid_target', {}, { audience: 'https://nowhere.test/' }],
  ['invalid_client', { clientId: 'nobody' }, {}],
  ['missing_refresh_token', { refreshToken: () => null }, {}],
  ['insufficient_scope', {}, { scope: `${read} ${create}` }],
])('%s is the code of a TokenError', async ([code, options, request]) => {
  const { createSource } = await logIn({ emulator })
  const error = await rejection(createSource(options)(myAccount(emulator, request)))
  expect(error).toMatchObject({ name: 'TokenError', code })
})

test('a scope that was not granted is named, and what was granted serves others', async () => {
  const { source, requests } = await logIn({ emulator })
  const wanted = myAccount(emulator, { scope: `${read} ${create}` })
  await expect(source(wanted)).rejects.toThrow(`did not grant ${create} for ${emulator.url}/me/`)
  await source(myAccount(emulator))
  expect(requests).toHaveLength(1)
})

function sourceOf(...answers: (() => Response | Promise<Response>)[]) {
  const { fetch, requests } = observedFetch(...answers)
  const kept: string[] = []
  const source = refreshTokenSource({
    domain: 'tenant.example.test',
    clientId: 'spa',
    refreshToken: () => kept.at(-1) ?? 'rt-1',
    onRefreshToken: (refreshToken) => void kept.push(refreshToken),
    fetch,
  })
  const get = (more: Parameters<typeof myAccount>[1] = {}) =>
    source(myAccount({ url: 'https://tenant.example.test' }, more))
  return { get, kept, requests }
}

const token = { access_token: 'at-secret', token_type: 'Bearer', expires_in: 60, scope: read }

test.for<[string, () => Response, object]>([
  [
    'an OAuth error',
    json(403, {
      error: 'mfa_required',
      error_description: 'Second factor',
      mfa_token: 'mt-secret',
    }),
    { code: 'mfa_required', status: 403, message: 'mfa_required: Second factor' },
  ],
  [
    'an error without description',
    json(403, { error: 'unmet_authentication_requirements' }),
    { message: 'unmet_authentication_requirements' },
  ],
  ['an error that nobody knows yet', json(400, { error: 'brand_new' }), { code: 'brand_new' }],
  [
    'an error that looks like a token',
    json(400, { error: 'secret-0123456789abcdef0123456789abcdef' }),
    { code: 'unexpected_response' },
  ],
  [
    'a rate limit',
    json(429, { error: 'too_many_requests' }, { 'retry-after': '7' }),
    { code: 'too_many_requests', retryAfter: 7 },
  ],
  ['HTML', () => new Response('<p>at-secret', { status: 502 }), { code: 'unexpected_response' }],
  ['HTML with 200', () => new Response('<p>at-secret'), { code: 'unexpected_response' }],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://evil.example.test/' } }),
    { code: 'unexpected_response', status: 302 },
  ],
  ['an empty token', json(200, { ...token, access_token: '' }), { code: 'unexpected_response' }],
  ['no JSON object', json(200, null), { code: 'unexpected_response' }],
  ...['mac', 'xBearer', 'DPoPx', 7].map((token_type): [string, () => Response, object] => [
    `the token type ${token_type}`,
    json(200, { ...token, token_type }),
    { code: 'unexpected_response' },
  ]),
  ['a scope that is no text', json(200, { ...token, scope: 7 }), { code: 'unexpected_response' }],
  ['a token with 400', json(400, token), { code: 'unexpected_response', status: 400 }],
  ['no expiry', json(200, { ...token, expires_in: null }), { code: 'unexpected_response' }],
  ['an error with 200', json(200, { error: 'invalid_grant' }), { code: 'unexpected_response' }],
])('%s is a TokenError without a token in it', async ([, answer, expected]) => {
  const { get, requests } = sourceOf(answer)
  const error = await rejection(get())
  expect(error).toMatchObject({ name: 'TokenError', ...expected })
  expect(`${inspect(error, { showHidden: true })} ${JSON.stringify(error)}`).not.toMatch(
    /secret|rt-1/,
  )
  expect(requests).toHaveLength(1)
})

test('a refresh token comes through an answer that is otherwise wrong, as the one before is used up', async () => {
  const { get, kept, requests } = sourceOf(json(200, { refresh_token: 'rt-2' }), json(200, token))
  await expect(get()).rejects.toMatchObject({ code: 'unexpected_response' })
  expect(kept).toEqual(['rt-2'])
  await get()
  expect(new URLSearchParams(await requests[1]?.text()).get('refresh_token')).toBe('rt-2')
})

test.for([
  ['the answer is an error', json(400, { error: 'invalid_grant', refresh_token: 'rt-2' })],
  ['it is empty', json(200, { ...token, refresh_token: '' })],
  ['it is the one that was sent', json(200, { ...token, refresh_token: 'rt-1' })],
] as const)('a refresh token is not stored if %s', async ([, answer]) => {
  const { get, kept } = sourceOf(answer)
  await get().catch(() => undefined)
  expect(kept).toEqual([])
})

test.for([
  ['it succeeds', json(200, { ...token, token_type: 'DPoP' }, { 'dpop-nonce': 'n1' })],
  ['it fails', json(400, { error: 'invalid_grant' }, { 'dpop-nonce': 'n1' })],
] as const)('a nonce that nobody asked for is for the next request: if %s', async ([, answer]) => {
  const { fetch, requests } = observedFetch(answer)
  const proofs: (string | undefined)[] = []
  const source = refreshTokenSource({
    domain: 'tenant.example.test',
    clientId: 'spa',
    refreshToken: () => 'rt-1',
    dpop: fromProver({
      async generateProof({ nonce }) {
        proofs.push(nonce)
        return 'proof'
      },
    }),
    fetch,
  })
  const wanted = myAccount({ url: 'https://tenant.example.test' }, { forceRefresh: true })
  for (const _ of [1, 2]) await source(wanted).catch(() => undefined)
  expect(proofs).toEqual([undefined, 'n1'])
  expect(requests).toHaveLength(2)
})

test('a request for no scope takes whatever was granted', async () => {
  const { get, requests } = sourceOf(json(200, token))
  expect(await get({ scope: '' })).toMatchObject({ accessToken: 'at-secret' })
  expect(new URLSearchParams(await requests[0]?.text()).has('scope')).toBe(false)
})

test('a request for no audience names none', async () => {
  const { get, requests } = sourceOf(json(200, token))
  await get({ audience: '' })
  expect(new URLSearchParams(await requests[0]?.text()).has('audience')).toBe(false)
})

test('an answer without scope has granted all that was asked for (RFC 6749 §5.1)', async () => {
  const { get, requests } = sourceOf(json(200, { ...token, scope: undefined }))
  expect(await get()).toMatchObject({ accessToken: 'at-secret', tokenType: 'Bearer' })
  await get()
  expect(requests).toHaveLength(1)
})

test('a token of a short life is used for nine tenths of it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { get, requests } = sourceOf(json(200, { ...token, expires_in: 10 }))
  await get()
  vi.setSystemTime(Date.now() + 8_999)
  await get()
  expect(requests).toHaveLength(1)
  vi.setSystemTime(Date.now() + 1)
  await get()
  expect(requests).toHaveLength(2)
})

test('a token endpoint that never answers is given up after 30 seconds, and the next refresh has its turn', async () => {
  vi.useFakeTimers()
  const { get, requests } = sourceOf(() => new Promise(() => {}), json(200, token))
  const first = rejection(get())
  await vi.advanceTimersByTimeAsync(29_999)
  expect(requests[0]?.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await first).toMatchObject({ name: 'TimeoutError' })
  expect(await get()).toHaveProperty('accessToken')
})

test("what the network and the application's own functions throw passes through untouched", async () => {
  const down = new TypeError('fetch failed')
  const failing = sourceOf(() => {
    throw down
  })
  expect(await rejection(failing.get())).toBe(down)
  const { createSource } = await logIn({ emulator })
  const broken = new Error('storage')
  const source = createSource({ refreshToken: () => Promise.reject(broken) })
  expect(await rejection(source(myAccount(emulator)))).toBe(broken)
})
