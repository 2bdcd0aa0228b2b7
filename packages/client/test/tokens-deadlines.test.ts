import type { Emulator } from '@connected-accounts/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runAlone } from '../src/mutex.js'
import type { RefreshTokenSourceOptions } from '../src/tokens/refresh-token-source.js'
import { rejection } from './observed-client.js'
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
})

test('work that fails under a Web Lock runs once, and its error passes through', async () => {
  expect(navigator.locks).toBeDefined()
  const failure = new DOMException('from the work', 'SecurityError')
  const work = vi.fn(() => Promise.reject(failure))
  expect(await rejection(runAlone('name', work))).toBe(failure)
  expect(work).toHaveBeenCalledTimes(1)
})

test.for([0, -1, Number.NaN])('a timeout of %s is refused', async (wrong) => {
  const { createSource } = await logIn({ emulator })
  expect(() => createSource({ timeout: wrong })).toThrow('timeout must be more than 0')
})
