import type { Emulator } from '@connected-accounts/emulator'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { AccessToken } from '../src/index.js'
import { logIn, myAccount, startEmulator } from './refreshing.js'

const scopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)

const bob = { email: 'bob@example.test', password: 'password' }
const userOf = ({ accessToken }: AccessToken) => decodeJwt(accessToken).sub

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ rotating: true })
})
beforeEach(() => emulator.reset())
afterEach(() => {
  vi.unstubAllGlobals()
})
afterAll(() => emulator.close())

/** Refreshes with the token that the application has kept. Fails if the family of refresh tokens has ended. */
async function expectSessionLives({ createSource }: Awaited<ReturnType<typeof logIn>>) {
  await createSource()(myAccount(emulator))
  expect(emulator.refreshTokenReuses).toBe(0)
}

test('a rotated refresh token is handed out, and the next refresh sends it (RFC 9700 §4.14.2)', async () => {
  const session = await logIn({ emulator })
  for (const scope of scopes) await session.source(myAccount(emulator, { scope }))
  expect(new Set(session.store.kept).size).toBe(4)
  await expectSessionLives(session)
})

test.for(['with Web Locks', 'without Web Locks'])(
  'of a thousand calls at once, from two sources and for three scopes, none reuses a refresh token, %s',
  async (name) => {
    if (name === 'without Web Locks') vi.stubGlobal('navigator', undefined)
    else expect(navigator.locks).toBeDefined()
    const session = await logIn({ emulator })
    const sources = [session.source, session.createSource()]
    const call = (_: unknown, n: number) =>
      sources[n % 2]?.(myAccount(emulator, { scope: scopes[n % 3] ?? '' }))
    await Promise.all(Array.from({ length: 1000 }, call))
    expect(session.requests).toHaveLength(6)
    expect(session.store.kept).toHaveLength(7)
    await expectSessionLives(session)
  },
)

test('a rotated refresh token that the application has stored empties no cache', async () => {
  const { source, requests } = await logIn({ emulator })
  const [create = '', read = ''] = scopes
  await source(myAccount(emulator, { scope: create }))
  await source(myAccount(emulator, { scope: read }))
  await source(myAccount(emulator, { scope: create }))
  expect(requests).toHaveLength(2)
})

test('nobody has the new access token before the refresh token is kept', async () => {
  const session = await logIn({ emulator })
  const events: string[] = []
  const source = session.createSource({
    async onRefreshToken(refreshToken) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      session.store.refreshToken = refreshToken
      events.push('kept')
    },
  })
  const use = async () => {
    await source(myAccount(emulator))
    events.push('used')
  }
  await Promise.all([use(), new Promise((resolve) => setTimeout(resolve, 30)).then(use)])
  expect(events).toEqual(['kept', 'used', 'used'])
})

test('a refresh token that could not be kept is handed out again, and no request is lost on it', async () => {
  const session = await logIn({ emulator })
  const { store, requests } = session
  const full = new Error('QuotaExceededError')
  const handedOut: string[] = []
  const source = session.createSource({
    onRefreshToken(refreshToken) {
      handedOut.push(refreshToken)
      if (handedOut.length < 3) throw full
      store.refreshToken = refreshToken
    },
  })
  await expect(source(myAccount(emulator))).rejects.toBe(full)
  await expect(source(myAccount(emulator, { scope: scopes[0] ?? '' }))).rejects.toBe(full)
  await source(myAccount(emulator))
  expect(requests).toHaveLength(1)
  expect(new Set(handedOut).size).toBe(1)
  await expectSessionLives(session)
})

test('an aborted caller does not lose the refresh token of the answer', async () => {
  const session = await logIn({ emulator })
  const controller = new AbortController()
  const source = session.createSource({
    fetch(request) {
      const answer = fetch(request)
      controller.abort()
      return answer
    },
  })
  const { signal } = controller
  await expect(source(myAccount(emulator, { signal }))).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(session.store.kept).toHaveLength(2))
  await expectSessionLives(session)
})

test('an application that keeps no refresh token is held to the newest, while the source lives', async () => {
  const session = await logIn({ emulator })
  const source = session.createSource({ onRefreshToken: undefined })
  for (const scope of scopes) await source(myAccount(emulator, { scope }))
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('the refresh token of another login empties the cache at the next refresh', async () => {
  const { source, store, requests } = await logIn({ emulator })
  await source(myAccount(emulator))
  store.refreshToken = (await logIn({ emulator, user: bob })).store.refreshToken
  await source(myAccount(emulator, { scope: scopes[0] ?? '' }))
  expect(userOf(await source(myAccount(emulator)))).toBe('auth0|bob')
  expect(requests).toHaveLength(3)
})

test("another login's refresh token is not overwritten by one that could not be kept before", async () => {
  const { store, createSource } = await logIn({ emulator })
  const storage = { isFull: true }
  const source = createSource({
    onRefreshToken(refreshToken) {
      if (storage.isFull) throw new Error('full')
      store.refreshToken = refreshToken
    },
  })
  await expect(source(myAccount(emulator))).rejects.toThrow('full')
  store.refreshToken = (await logIn({ emulator, user: bob })).store.refreshToken
  storage.isFull = false
  expect(userOf(await source(myAccount(emulator)))).toBe('auth0|bob')
  expect(userOf(await createSource()(myAccount(emulator)))).toBe('auth0|bob')
})
