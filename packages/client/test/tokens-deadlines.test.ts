import type { Emulator } from '@connected-accounts/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runAlone } from '../src/mutex.js'
import {
  type RefreshTokenSourceOptions,
  refreshTokenSource,
} from '../src/tokens/refresh-token-source.js'
import { createClient, rejection } from './observed-client.js'
import { es256, logIn, myAccount, startEmulator } from './refreshing.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ rotating: true })
})
beforeEach(() => emulator.reset())
afterEach(() => {
  vi.unstubAllGlobals()
})
afterAll(() => emulator.close())

const never = () => new Promise<never>(() => {})
/** Longer than any answer of the emulator takes. */
const timeout = 500

/** A session with DPoP, and a source whose prover or other options are changed. */
async function logInWith(change: {
  prover?: Record<string, () => unknown>
  options?: Partial<RefreshTokenSourceOptions>
}) {
  const session = await logIn({ emulator, keyPair: await es256() })
  const { dpop } = session
  if (!dpop) throw new Error('There is a key pair')
  const changed = Object.assign({}, dpop, change.prover)
  const source = session.createSource({ dpop: changed, ...change.options })
  return { ...session, source, other: session.createSource({ dpop }) }
}

describe('what is optional', () => {
  test.for<[string, Record<string, () => unknown>]>([
    ['setNonce rejects', { setNonce: () => Promise.reject(new Error('storage')) }],
    [
      'setNonce throws',
      {
        setNonce() {
          throw new Error('storage')
        },
      },
    ],
    ['setNonce never ends', { setNonce: never }],
    ['getNonce rejects', { getNonce: () => Promise.reject(new Error('storage')) }],
  ])('if %s, the refresh succeeds and the rotated refresh token is kept', async ([, prover]) => {
    const { source, store, other } = await logInWith({ prover })
    expect(await source(myAccount(emulator))).toHaveProperty('accessToken')
    expect(store.kept).toHaveLength(2)
    await other(myAccount(emulator))
    expect(emulator.refreshTokenReuses).toBe(0)
  })
})

describe('a function that never ends', () => {
  test.for<[string, Parameters<typeof logInWith>[0]]>([
    ['refreshToken', { options: { refreshToken: never, timeout } }],
    ['fetch, which ignores its signal', { options: { fetch: never, timeout } }],
    ['isEnabled', { prover: { isEnabled: never }, options: { timeout } }],
    ['generateProof', { prover: { generateProof: never }, options: { timeout } }],
  ])('%s: TimeoutError, and another tab has its turn', async ([, change]) => {
    const { source, other } = await logInWith(change)
    const [error, token] = await Promise.all([
      rejection(source(myAccount(emulator))),
      other(myAccount(emulator)),
    ])
    expect(error).toMatchObject({ name: 'TimeoutError' })
    expect(token).toHaveProperty('accessToken')
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('getNonce: the refresh goes on without a nonce', async () => {
    const { source } = await logInWith({
      prover: { getNonce: never },
      options: { timeout },
    })
    expect(await source(myAccount(emulator))).toHaveProperty('accessToken')
  })

  test('onRefreshToken: TimeoutError, and the next call stores the same token again', async () => {
    const handedOut: string[] = []
    const { source, requests } = await logInWith({
      options: {
        timeout,
        onRefreshToken(refreshToken) {
          handedOut.push(refreshToken)
          return handedOut.length === 1 ? never() : undefined
        },
      },
    })
    expect(await rejection(source(myAccount(emulator)))).toMatchObject({ name: 'TimeoutError' })
    const sent = requests.length
    expect(await source(myAccount(emulator))).toHaveProperty('accessToken')
    expect(handedOut).toHaveLength(2)
    expect(handedOut[0]).toBe(handedOut[1])
    expect(requests).toHaveLength(sent)
  })
})

describe('Web Locks that refuse every request, as in a sandboxed frame', () => {
  const refusal = new DOMException('The origin is opaque', 'SecurityError')
  beforeEach(() => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(refusal) } })
  })

  test('refreshes take turns in this thread', async () => {
    const session = await logIn({ emulator })
    const sources = [session.source, session.createSource(), session.createSource()]
    await Promise.all(sources.map((source) => source(myAccount(emulator))))
    expect(session.requests).toHaveLength(3)
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  test('an aborted wait is not started all the same', async () => {
    const signal = AbortSignal.abort(new Error('gone'))
    const work = vi.fn(async () => {})
    await expect(runAlone('name', work, { signal })).rejects.toThrow()
    expect(work).not.toHaveBeenCalled()
  })

  test('an abort ends the wait for a turn at once', async () => {
    let end = () => {}
    const first = runAlone('name', () => new Promise<void>((resolve) => (end = resolve)))
    const abort = new AbortController()
    const work = vi.fn(async () => {})
    const second = rejection(runAlone('name', work, { signal: abort.signal }))
    const third = runAlone('name', async () => 'third')
    const reason = new Error('gone')
    abort.abort(reason)
    expect(await second).toBe(reason)
    end()
    await first
    expect(await third).toBe('third')
    expect(work).not.toHaveBeenCalled()
  })
})

test('work that fails under a Web Lock runs once, and its error passes through', async () => {
  expect(navigator.locks).toBeDefined()
  const failure = new DOMException('from the work', 'SecurityError')
  const work = vi.fn(() => Promise.reject(failure))
  expect(await rejection(runAlone('name', work))).toBe(failure)
  expect(work).toHaveBeenCalledTimes(1)
})

test.for([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
  'a timeout of %s is refused by name when it is given',
  (wrong) => {
    const source = () =>
      refreshTokenSource({ domain: 'd.test', clientId: 'spa', refreshToken: never, timeout: wrong })
    const client = () => createClient({ timeout: wrong })
    for (const create of [source, client]) {
      expect(create).toThrow(TypeError)
      expect(create).toThrow('timeout must be a number of milliseconds above 0')
    }
  },
)

test('the longest timeout that a timer can have does not end at once', async () => {
  const { createSource } = await logIn({ emulator })
  const source = createSource({ timeout: 2 ** 31 - 1 })
  expect(await source(myAccount(emulator))).toHaveProperty('accessToken')
})

test('a rotated refresh token that comes after the time is over is kept, and the next refresh sends it', async () => {
  let answerLate = () => {}
  const late = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  const session = await logIn({ emulator })
  const source = session.createSource({
    timeout,
    async fetch(request) {
      const body = await request.text()
      const answer = await fetch(request.url, { method: 'POST', body: new URLSearchParams(body) })
      await late // whatever the signal says
      return answer
    },
  })
  expect(await rejection(source(myAccount(emulator)))).toMatchObject({ name: 'TimeoutError' })
  answerLate()
  await expect.poll(() => session.store.kept.length).toBe(2)
  await session.createSource()(myAccount(emulator))
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a late answer does not replace the refresh token of a login that came after it', async () => {
  let answerLate = () => {}
  const late = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  const first = await logIn({ emulator })
  const read = vi.fn(() => first.store.refreshToken)
  const source = first.createSource({
    timeout,
    refreshToken: read,
    async fetch(request) {
      const body = await request.text()
      const answer = await fetch(request.url, { method: 'POST', body: new URLSearchParams(body) })
      await late
      return answer
    },
  })
  await rejection(source(myAccount(emulator)))
  const second = await logIn({ emulator })
  first.store.refreshToken = second.store.refreshToken
  read.mockClear()
  answerLate()
  await expect.poll(() => read.mock.calls.length).toBe(2)
  expect(await first.createSource()(myAccount(emulator))).toHaveProperty('accessToken')
  expect(first.store.kept).toHaveLength(2) // of the second login
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('the refresh of one session does not wait for that of another session of the same client', async () => {
  const alice = await logIn({ emulator })
  const bob = await logIn({ emulator })
  const hanging = rejection(alice.createSource({ timeout, fetch: never })(myAccount(emulator)))
  const first = await Promise.race([
    hanging.then(() => 'alice'),
    bob.source(myAccount(emulator)).then(() => 'bob'),
  ])
  expect(first).toBe('bob')
  expect(await hanging).toMatchObject({ name: 'TimeoutError' })
})
