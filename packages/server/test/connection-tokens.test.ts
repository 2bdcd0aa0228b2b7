import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type GetAccessTokenForConnectionOptions, sharedSessions } from '../src/index.js'
import { memoryLock } from './shared.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const connection = 'google-oauth2'
const [home, work] = ['home@google.example', 'work@google.example'] as const

beforeEach(async () => {
  emulator.reset()
  await emulator.seed([{ user_id: 'auth0|alice', connection, emails: [home, work] }])
})

const places = ['cookies', 'a store'] as const

type Answer = (response: Response) => Response | Promise<Response>

/** Alice's session, and the exchanges that were sent for it. `answer` replaces the answers to them. */
async function session({
  where = 'cookies',
  scope,
  answer = (response) => response,
}: {
  where?: (typeof places)[number]
  scope?: string
  answer?: Answer
} = {}) {
  const exchanges: URLSearchParams[] = []
  const kept = new Map<string, string>()
  // It forgets nothing by itself.
  const store = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => kept.delete(key),
  }
  const server = createServer(emulator, {
    ...(where === 'a store' && { sessions: sharedSessions(store, { lock: memoryLock() }) }),
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      if (!body.includes('token-exchange')) return fetch(request)
      exchanges.push(new URLSearchParams(body))
      return answer(await fetch(request))
    },
  })
  const visitor = await loggedIn(server, emulator.url, scope ? { scope } : {})
  const get = (options: Partial<GetAccessTokenForConnectionOptions> = {}) =>
    visitor.request((store) =>
      server.getAccessTokenForConnection({ connection, ...options }, store),
    )
  return { get, exchanges, kept }
}

test('each login hint has a token of its own', async () => {
  const { get, exchanges } = await session()
  const first = await get({ loginHint: home })
  const second = await get({ loginHint: work })
  expect(second.accessToken).not.toBe(first.accessToken)
  expect(await get({ loginHint: home })).toEqual(first)
  expect(exchanges.map((body) => body.get('login_hint'))).toEqual([home, work])
})

test('the same scopes in another order have the same token', async () => {
  const { get, exchanges } = await session()
  const scopes = ['openid', 'https://www.googleapis.com/auth/calendar.readonly']
  const first = await get({ scopes })
  expect(await get({ scopes: scopes.toReversed() })).toEqual(first)
  expect(exchanges.map((body) => body.get('scope'))).toEqual([scopes.join(' ')])
})

test.for(places)(
  'a token is exchanged again 30 seconds before it expires, with sessions in %s',
  async (where) => {
    const { get, exchanges } = await session({ where })
    const { expiresAt = 0 } = await get()
    vi.useFakeTimers({ toFake: ['Date'], now: expiresAt - 30_001 })
    onTestFinished(() => void vi.useRealTimers())
    await get()
    expect(exchanges).toHaveLength(1)
    vi.setSystemTime(expiresAt - 30_000)
    await get()
    expect(exchanges).toHaveLength(2)
  },
)

test.for(places)(
  'a token whose expiry the provider does not say is exchanged for each call, with sessions in %s',
  async (where) => {
    const { get, exchanges, kept } = await session({ where, answer: expiringIn(undefined) })
    const before = [...kept.keys()]
    expect((await get()).expiresAt).toBeUndefined()
    await get()
    expect(exchanges).toHaveLength(2)
    expect([...kept.keys()]).toEqual(before)
  },
)

test('a token that lives for 30 seconds is not put into a store', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  onTestFinished(() => void vi.useRealTimers())
  const { get, kept } = await session({ where: 'a store', answer: expiringIn(30) })
  const before = [...kept.keys()]
  await get()
  expect([...kept.keys()]).toEqual(before)
})

/** Issues a token that expires after these seconds. */
function expiringIn(expires_in: number | undefined): Answer {
  return async (response) => Response.json({ ...(await response.json()), expires_in })
}

test('an exchange that failed is tried again', async () => {
  let isDown = true
  const { get, exchanges } = await session({
    answer: (response) => (isDown ? new Response('', { status: 503 }) : response),
  })
  expect(await rejection(get())).toMatchObject({ code: 'unexpected_response', status: 503 })
  isDown = false
  expect((await get()).accessToken).toBeTruthy()
  expect(exchanges).toHaveLength(2)
})

test('a session without a refresh token cannot exchange: missing_refresh_token', async () => {
  const { get, exchanges } = await session({ scope: 'openid' })
  expect(await rejection(get())).toMatchObject({
    name: 'TokenError',
    code: 'missing_refresh_token',
  })
  expect(exchanges).toHaveLength(0)
})
