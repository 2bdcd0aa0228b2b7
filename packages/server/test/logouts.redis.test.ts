import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SharedStore, sharedSessions } from '../src/index.js'
import { redisLock, redisStore } from '../src/store/redis.js'
import { startRedis } from './redis-server.js'
import { createMachines, rotatingEmulator } from './shared.js'
import { loggedIn } from './visitor.js'

const redisServer = await startRedis()
const emulator = await rotatingEmulator()
const redis = createClient({ url: redisServer.url }).on('error', () => {})
beforeAll(async () => void (await redis.connect()))
afterAll(async () => {
  redis.destroy()
  await Promise.all([emulator.close(), redisServer.close()])
})

test('replace of redisStore keeps a value if there must be none, and replaces no other value', async () => {
  const { replace, get } = redisStore(redis)
  const attempt = (expected: string | undefined, value: string) =>
    replace?.('an entry', expected, value, 60_000)
  expect(await attempt('one', 'two')).toBe(false)
  expect(await attempt(undefined, 'one')).toBe(true)
  expect(await attempt(undefined, 'two')).toBe(false)
  expect(await attempt('two', 'three')).toBe(false)
  expect(await get('an entry')).toBe('one')
  expect(await attempt('one', 'two')).toBe(true)
  expect(await get('an entry')).toBe('two')
})

const { replace: _, ...withoutReplace }: SharedStore = redisStore(redis)
test.for([
  ['compare-and-set', redisStore(redis), { refreshTokens: 'non-rotating' }],
  ['redisLock', withoutReplace, { lock: redisLock(redis) }],
] as const)(
  'of many logouts at once at many machines the newest counts, by %s',
  async ([, store, options]) => {
    await redis.flushAll()
    const { one } = createMachines(emulator, { store, ...options })
    const visitor = await loggedIn(one, emulator.url)
    const now = Date.now()
    const logouts = Array.from({ length: 12 }, (_, index) => {
      const { end } = sharedSessions(store, options)
      const endedAt = now + (index - 10) * 60_000 // one alone is later than the login
      const login = { clientId: 'web', domain: emulator.url, sub: 'auth0|alice' }
      return () => end?.({ ...login, endedAt, forgetAt: now + 3_600_000 })
    })
    await Promise.all(logouts.toReversed().map((end) => end()))
    expect(await visitor.request((stores) => one.getUser(stores))).toBeUndefined()
  },
)
