import { createKeyv } from '@keyv/redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBackChannelLogout, type SharedStore } from '../src/index.js'
import { redisLock, redisStore } from '../src/sessions/redis.js'
import { startRedis } from './redis-server.js'
import { afterRefresh, createMachines, rotatingEmulator, tokenAt } from './shared.js'
import { createVisitor, loggedIn, rejection } from './visitor.js'

const redisServer = await startRedis()
const emulator = await rotatingEmulator()
const { url } = redisServer
const redis = createClient({ url }).on('error', () => {}) // the tests stop it
const keyv = createKeyv(url, { throwOnErrors: true })
keyv.on('error', () => {})
beforeAll(async () => void (await redis.connect()))
beforeEach(async () => void (await redis.flushAll()))
afterAll(async () => {
  redis.destroy()
  await keyv.disconnect()
  await Promise.all([emulator.close(), redisServer.close()])
})

const stores: [string, SharedStore][] = [
  ['a Keyv', keyv],
  ['redisStore', redisStore(redis)],
]
describe.for(stores)('Sessions in Redis by %s', ([, store]) => {
  const lock = redisLock(redis)
  const create = (options = {}) => createMachines(emulator, { store, lock, ...options })

  test('many servers make one refresh of a session', async () => {
    const { one, other, third, grants } = create()
    const visitor = await loggedIn(one, emulator.url)
    const reuses = emulator.refreshTokenReuses
    grants.length = 0
    const servers = [one, other, third, one, other, third]
    const tokens = await Promise.all(servers.map((server) => tokenAt(server, visitor)))
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(grants).toEqual(['refresh_token'])
    for (const server of servers) await tokenAt(server, visitor, { forceRefresh: true })
    expect(emulator.refreshTokenReuses).toBe(reuses)
  })

  test('what is kept expires with the session, and nothing of it can be read', async () => {
    const { one } = create()
    const visitor = await loggedIn(one, emulator.url)
    const { accessToken } = await tokenAt(one, visitor)
    const keys = await redis.keys('*')
    expect(keys).toHaveLength(2) // the session and the login; the locks have been released
    const lives = await Promise.all(keys.map(async (key) => (await redis.pTTL(key)) / 1000))
    const [login = 0, session = 0] = lives.toSorted((one, other) => one - other)
    expect(Math.abs(session - 259_200)).toBeLessThan(5)
    expect(Math.abs(login - 120)).toBeLessThan(5)
    for (const key of keys) {
      const entry = await redis.get(key)
      for (const text of [accessToken, 'alice', 'refreshToken']) expect(entry).not.toContain(text)
    }
  })

  test('a login callback that two machines get at once, and that comes again, uses its code once', async () => {
    const { one, other, third, grants } = create()
    const visitor = createVisitor(emulator.url)
    const start = await visitor.request((options) => one.startInteractiveLogin({}, options))
    const callbackUrl = await visitor.logIn(start)
    const reuses = emulator.refreshTokenReuses
    const complete = async (server: typeof one) => {
      const cookies = new Map(visitor.cookies)
      const browser = Object.assign(createVisitor(emulator.url), { cookies })
      await browser.request((options) => server.completeInteractiveLogin(callbackUrl, options))
      return tokenAt(server, browser)
    }
    const tokens = [...(await Promise.all([one, other].map(complete))), await complete(third)]
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(grants).toEqual(['authorization_code', 'refresh_token'])
    expect(emulator.refreshTokenReuses).toBe(reuses)
  })

  test('a connect callback that two machines get at once, and that comes again, is completed once', async () => {
    const sent: string[] = []
    const { one, other, third } = create({
      async send(request: Request) {
        if (request.url.endsWith('/complete')) sent.push(request.url)
        return fetch(request)
      },
    })
    const visitor = await loggedIn(one, emulator.url)
    const start = await visitor.request((options) =>
      one.startConnectAccount({ connection: 'github' }, options),
    )
    const callbackUrl = await visitor.connect(start)
    const complete = async (server: typeof one) => {
      const cookies = new Map(visitor.cookies)
      const browser = Object.assign(createVisitor(emulator.url), { cookies })
      return browser.request((options) => server.completeConnectAccount(callbackUrl, options))
    }
    const completed = [...(await Promise.all([one, other].map(complete))), await complete(third)]
    expect(new Set(completed.map(({ account }) => account.id)).size).toBe(1)
    expect(sent).toHaveLength(1)
  })

  test('a refresh token is used once, although Redis was away when the new one was to be written, and the lock with it', async () => {
    const options = { lock: redisLock(redis, { ttl: 300 }), timeout: 500 }
    const { one } = create({ ...options, send: afterRefresh(() => redisServer.stop()) })
    const { other } = create({ ...options, timeout: 10_000 })
    const visitor = await loggedIn(one, emulator.url)
    const reuses = emulator.refreshTokenReuses
    expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'store_unavailable' })
    await redisServer.start()
    expect(await tokenAt(other, visitor)).toHaveProperty('accessToken')
    expect(emulator.refreshTokenReuses).toBe(reuses)
  })

  test('a logout ends a session everywhere, and a login makes another', async () => {
    const { one, other } = create()
    const visitor = await loggedIn(one, emulator.url)
    const copied = new Map(visitor.cookies)
    await visitor.request((options) => one.logout({}, options))
    visitor.cookies = copied
    expect(await rejection(tokenAt(other, visitor))).toMatchObject({ code: 'missing_session' })
    expect(createBackChannelLogout(other)).toBeTypeOf('function')
  })

  test('a Redis that is down is store_unavailable; after it was restarted the sessions go on', async () => {
    const { one, other } = create({ timeout: 300, patience: 500 })
    const visitor = await loggedIn(one, emulator.url)
    const token = await tokenAt(one, visitor)
    await redisServer.stop()
    const error = await rejection(tokenAt(one, visitor))
    expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
    await redisServer.start()
    const patient = create({ timeout: 10_000 })
    expect(await tokenAt(patient.one, visitor)).toEqual(token)
    await tokenAt(other, visitor, { forceRefresh: true })
  })
})
