import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { redisEvents, redisLock, redisStore } from '../src/adapters/redis.js'
import { createHandler, sharedSessions } from '../src/index.js'
import { eventOf, expectTold, openStream } from './events-world.js'
import { startRedis, startRedisCluster } from './redis-server.js'
import { rotatingEmulator } from './shared.js'
import { createServer, loggedIn } from './visitor.js'

const redisServer = await startRedis()
const emulator = await rotatingEmulator()
const redis = createClient({ url: redisServer.url }).on('error', () => {})
const ioredis = new Redis(redisServer.url).on('error', () => {})
beforeAll(async () => void (await redis.connect()))
beforeEach(async () => void (await redis.flushAll()))
afterAll(async () => {
  redis.destroy()
  ioredis.disconnect()
  await Promise.all([emulator.close(), redisServer.close()])
})

type Client = Parameters<typeof redisEvents>[0]

/** A machine of the application, with a connection of its own for the events. */
function createMachine(
  client: Client,
  { timeout, ...options }: { prefix?: string; timeout?: number } = {},
) {
  const events = redisEvents(client, options)
  onTestFinished(() => events.close())
  const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
  const server = createServer(emulator, { sessions, events, timeout })
  return { server, events, route: createHandler(server) }
}

const clients: [string, Client][] = [
  ['node-redis', redis],
  ['ioredis', ioredis],
]

test.for(clients)(
  'an event that one machine gets is told by another, once and to its user alone, by %s',
  async ([, client]) => {
    const [one, other] = [createMachine(client), createMachine(client)]
    const alice = await loggedIn(one.server, emulator.url)
    const bob = await loggedIn(one.server, emulator.url, { email: 'bob@example.test' })
    const [stream, his] = [await openStream(other.route, alice), await openStream(one.route, bob)]
    await one.events.publish(eventOf('1', { reason: 'not_connected', accountId: 'cac_1' }))
    await one.events.publish(eventOf('2', { user: 'auth0|bob' }))
    await expectTold(stream, ['1'])
    await expectTold(his, ['2'])
    const data = eventOf('1', { reason: 'not_connected', accountId: 'cac_1' })
    expect(stream.messages).toMatchObject([{ type: 'position' }, { type: 'account', data }])
  },
)

test.for(clients)('a page goes on at another machine, by %s', async ([, client]) => {
  const [one, other] = [createMachine(client), createMachine(client)]
  const alice = await loggedIn(one.server, emulator.url)
  const stream = await openStream(one.route, alice)
  await expect.poll(() => stream.messages).toHaveLength(1)
  stream.leave()
  await one.events.publish(eventOf('1'))
  await other.events.publish(eventOf('2'))
  const again = await openStream(other.route, alice, {
    'last-event-id': stream.messages[0]?.id ?? '',
  })
  await expectTold(again, ['1', '2'])
})

test.for(clients)('a page that has missed too much gets one resync, by %s', async ([, client]) => {
  const { server, events, route } = createMachine(client)
  const alice = await loggedIn(server, emulator.url)
  const stream = await openStream(route, alice)
  await events.publish(eventOf('0'))
  await expectTold(stream, ['0'])
  stream.leave()
  for (let index = 1; index <= 101; index += 1) await events.publish(eventOf(String(index)))
  const headers = { 'last-event-id': stream.messages[1]?.id ?? '' }
  const late = await openStream(route, alice, headers)
  await expect.poll(() => late.messages.map(({ type }) => type)).toEqual(['resync'])
  const hoursAgo = `${Date.now() - 3_700_000}-0`
  await redis.flushAll()
  const later = createMachine(client)
  const again = await loggedIn(later.server, emulator.url)
  const longAway = await openStream(later.route, again, { 'last-event-id': hoursAgo })
  await expect.poll(() => longAway.messages.map(({ type }) => type)).toEqual(['resync'])
})

test('Redis has neither the id of a user nor that of a session, and forgets events', async () => {
  const { server, events, route } = createMachine(redis)
  const heard: string[] = []
  const spy = redis.duplicate()
  await spy.connect()
  onTestFinished(() => spy.destroy())
  await spy.subscribe('connected-accounts:events:channel', (message) => void heard.push(message))
  const alice = await loggedIn(server, emulator.url)
  const stream = await openStream(route, alice)
  await events.publish(eventOf('1'))
  await expectTold(stream, ['1'])
  const [key = ''] = await redis.keys('connected-accounts:events:*')
  expect(JSON.stringify(await redis.xRange(key, '-', '+')) + key).not.toContain('alice')
  expect(await redis.pTTL(key)).toBeGreaterThan(3_500_000)
  await alice.request((store) => server.logout({}, store))
  await expect.poll(() => heard).toHaveLength(2)
  expect(heard.join()).not.toContain('alice')
})

test('a logout at one machine ends the stream at another', async () => {
  const [one, other] = [createMachine(redis), createMachine(redis)]
  const alice = await loggedIn(one.server, emulator.url)
  const elsewhere = await loggedIn(one.server, emulator.url)
  const [stream, its] = [
    await openStream(other.route, alice),
    await openStream(other.route, elsewhere),
  ]
  await alice.request((store) => one.server.logout({}, store))
  await expect.poll(stream.isOver).toBe(true)
  expect(its.isOver()).toBe(false)
})

test('applications of two tenants in one Redis are told nothing of each other', async () => {
  const [one, other] = [createMachine(redis), createMachine(redis, { prefix: 'other-tenant:' })]
  const [alice, another] = [
    await loggedIn(one.server, emulator.url),
    await loggedIn(other.server, emulator.url),
  ]
  const [stream, its] = [await openStream(one.route, alice), await openStream(other.route, another)]
  await one.events.publish(eventOf('1'))
  await other.events.publish(eventOf('2'))
  await expectTold(stream, ['1'])
  await expectTold(its, ['2'])
})

test.for(clients)(
  'an event is told although the machine was not connected when it came, by %s',
  async ([, client]) => {
    const [one, other] = [createMachine(client), createMachine(client)]
    const alice = await loggedIn(one.server, emulator.url)
    const stream = await openStream(other.route, alice)
    await redis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'PUBSUB'])
    await one.events.publish(eventOf('1'))
    await expect
      .poll(
        async () => {
          await one.events.publish(eventOf('2'))
          return stream.told().slice(0, 2)
        },
        { timeout: 10_000 },
      )
      .toEqual(['1', '2'])
  },
)

test('a Redis that is away is 503, and a page comes back when it is there again', async () => {
  const own = await startRedis()
  const client = createClient({ url: own.url, disableOfflineQueue: true }).on('error', () => {})
  await client.connect()
  onTestFinished(async () => {
    client.destroy()
    await own.close()
  })
  const { server, events, route } = createMachine(client, { timeout: 1000 })
  const alice = await loggedIn(server, emulator.url)
  await own.stop()
  await expect(events.publish(eventOf('1'))).rejects.toThrow()
  expect((await openStream(route, alice)).response.status).toBe(503)
  await own.start()
  await expect
    .poll(async () => (await openStream(route, alice)).response.status, { timeout: 10_000 })
    .toBe(200)
})

test('what is no client of Redis is a TypeError', () => {
  expect(() => redisEvents({ duplicate: () => {} } as Client)).toThrow(/redis must be a client/) // a mistake
  const { sendCommand } = redis
  expect(() => redisEvents({ sendCommand } as Client)).toThrow(/duplicate/) // a mistake, too
})

test('events go through a Redis Cluster, by both clients', { timeout: 60_000 }, async () => {
  const cluster = await startRedisCluster()
  const nodes = cluster.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
  const nodeRedis = createCluster({ rootNodes: nodes }).on('error', () => {})
  await nodeRedis.connect()
  const io = new Cluster(cluster.nodes).on('error', () => {})
  onTestFinished(async () => {
    nodeRedis.destroy()
    io.disconnect()
    await cluster.close()
  })
  const machines = [createMachine(nodeRedis), createMachine(io)]
  for (const [index, one] of machines.entries()) {
    const other = machines[1 - index] ?? one
    const alice = await loggedIn(one.server, emulator.url)
    const stream = await openStream(other.route, alice)
    await one.events.publish(eventOf('1'))
    await expectTold(stream, ['1'])
  }
})
