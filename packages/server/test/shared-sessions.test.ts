import { createHash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createSeal } from '../src/cookies/seal.js'
import { sharedSessions } from '../src/index.js'
import { createMachines, memoryLock, memoryStore, rotatingEmulator, tokenAt } from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, secret } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())

test('with a store that they share, many servers make one refresh of a session', async () => {
  const { one, other, third, grants } = createMachines(emulator)
  const visitor = await loggedIn(one, emulator.url)
  grants.length = 0
  const servers = [one, other, third, one, other, third]
  const tokens = await Promise.all(servers.map((server) => tokenAt(server, visitor)))
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(grants).toEqual(['refresh_token'])
  for (const server of servers) await tokenAt(server, visitor, { forceRefresh: true })
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a logout at one of them ends the session at all, whatever cookie comes back', async () => {
  const { one, other } = createMachines(emulator)
  const visitor = await loggedIn(one, emulator.url)
  const copied = new Map(visitor.cookies)
  await visitor.request((store) => one.logout({}, store))
  expect(visitor.cookies.size).toBe(0)
  visitor.cookies = copied
  expect(await rejection(tokenAt(other, visitor))).toMatchObject({ code: 'missing_session' })
})

test('session fixation with a store: each login has an id of its own, and ends the session before', async () => {
  const { one, other } = createMachines(emulator)
  const visitor = await loggedIn(one, emulator.url)
  const first = new Map(visitor.cookies)
  const url = await visitor.request((store) => one.startInteractiveLogin({}, store))
  const callbackUrl = await visitor.logIn(url)
  await visitor.request((store) => one.completeInteractiveLogin(callbackUrl, store))
  expect(visitor.cookies.get('ca-3000_session.0')).not.toBe(first.get('ca-3000_session.0'))
  expect(await visitor.request((store) => other.getUser(store))).toBeDefined()
  visitor.cookies = first
  expect(await visitor.request((store) => other.getUser(store))).toBeUndefined()
})

test('the cookie has the id sealed, so that nobody can make one up', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  expect([...visitor.cookies.values()].join().length).toBeLessThan(700)
  for (const key of kept.keys()) {
    visitor.cookies.set('ca-3000_session.0', key.replace('keyv:', ''))
    expect(await visitor.request((options) => one.getUser(options))).toBeUndefined()
  }
})

test('reading the store: it has no token, no user and no id in clear text', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  const { accessToken } = await tokenAt(one, visitor)
  const all = JSON.stringify([...kept])
  for (const text of [accessToken, 'alice', 'refreshToken', '"sid']) {
    expect(all).not.toContain(text)
  }
  const opened = await createSeal(secret, ['web', 'http://localhost:3000']).open(
    visitor.cookies.get('ca-3000_session.0') ?? '',
    'session',
  )
  expect(opened).toMatchObject({ id: expect.stringMatching(/^[\w-]{43}$/) })
  expect(all).not.toContain(Object(opened).id)
})

test('keys and seals are the same in every version, so that machines can be updated one by one', async () => {
  const kept = new Map<string, string>()
  const locked: string[] = []
  const { acquire } = memoryLock()
  const { one } = createMachines(emulator, {
    store: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => kept.delete(key),
    },
    lock: {
      acquire(key, options) {
        locked.push(key)
        return acquire(key, options)
      },
    },
  })
  const keyOf = (...parts: string[]) =>
    createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  const opened = (purpose: string, key: string, by: string) =>
    createSeal(by).open(kept.get(key) ?? '', purpose)
  const held = async (name: RegExp, purpose: string) => {
    const [, value = ''] = [...visitor.cookies].find(([each]) => name.test(each)) ?? []
    return Object(await createSeal(secret, ['web', 'http://localhost:3000']).open(value, purpose))
  }

  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) => one.startInteractiveLogin({}, store))
  const { record } = await held(/_tx\.login\./, 'transaction')
  const callbackUrl = await visitor.logIn(url)
  await visitor.request((store) => one.completeInteractiveLogin(callbackUrl, store))
  const { id, ends } = await held(/_session\.0$/, 'session')
  const { user } = (await visitor.request((store) => one.getSession(store))) ?? {}
  const ended = keyOf('ended', id)
  expect(ends).toEqual([
    ended,
    keyOf('sub', 'web', emulator.url, 'auth0|alice'),
    keyOf('sid', 'web', emulator.url, String(user?.sid)),
  ])
  expect(await opened('stored session', keyOf('session', id), id)).toMatchObject({ id, user })
  const flow = `${record.codeVerifier} ${callbackUrl.searchParams.get('code')}`
  expect(await opened('flow', keyOf('flow', flow), flow)).toMatchObject({ id, user })

  await tokenAt(one, visitor)
  expect(locked.at(-1)).toBe(keyOf('lock', id))
  expect(kept.get(keyOf('refresh', id))).toMatch(/^0 \d{13}$/)

  await visitor.request((store) => one.logout({}, store))
  expect(kept.get(ended)).toBe(String(Number.MAX_SAFE_INTEGER))
  expect(kept.has(keyOf('session', id))).toBe(false)
})

test('entries are gone from the store when the session’s time is over, those of the login after two minutes', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const visitor = await loggedIn(one, emulator.url)
  await tokenAt(one, visitor)
  const { expiresAt = 0, createdAt = 0 } =
    (await visitor.request((options) => one.getSession(options))) ?? {}
  const lives = [...kept.values()].map((entry) => JSON.parse(entry).expires)
  expect(Math.abs(Math.max(...lives) - expiresAt)).toBeLessThan(100)
  // The others are of the login and of the refresh, which nobody asks about any more after minutes.
  for (const end of lives.filter((one) => one !== Math.max(...lives))) {
    expect(end - createdAt).toBeLessThan(16 * 60_000)
  }
})

test('a session of another browser under the same key is refused, not taken', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const alice = await loggedIn(one, emulator.url)
  const [[key = ''] = []] = kept
  const bob = await loggedIn(one, emulator.url, { email: 'bob@example.test' })
  const [, [, bobs = ''] = []] = kept
  kept.set(key, bobs)
  const attempt = alice.request((options) => one.getUser(options))
  expect(await rejection(attempt)).toMatchObject({ code: 'store_unreadable' })
  expect(await bob.request((options) => one.getUser(options))).toMatchObject({ sub: 'auth0|bob' })
})

test('a login whose cookie has no room is cookies_too_large', async () => {
  const { one } = createMachines(emulator)
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) => one.startInteractiveLogin({}, store))
  const callbackUrl = await visitor.logIn(url)
  visitor.cookies.set('of_the_application', 'x'.repeat(7700))
  const login = visitor.request((store) => one.completeInteractiveLogin(callbackUrl, store))
  expect(await rejection(login)).toMatchObject({ name: 'SessionError', code: 'cookies_too_large' })
})

test('a cookie of before there was a store is no session, and none of before is taken from it', async () => {
  const visitor = await loggedIn(createServer(emulator), emulator.url)
  const { one } = createMachines(emulator)
  expect(await visitor.request((options) => one.getUser(options))).toBeUndefined()
})

test.for([
  ['lock', undefined],
  ["refreshTokens: 'non-rotating'", {}],
])('a store without a lock is refused, and told of %s', ([name, options]) => {
  const create = () => sharedSessions(memoryStore().keyv, options as never) // as without types
  expect(create).toThrow(TypeError)
  expect(create).toThrow(name)
  sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  sharedSessions(memoryStore().keyv, { refreshTokens: 'non-rotating' })
})
