import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import {
  type AccountEvents,
  createHandler,
  createRoutes,
  memoryEvents,
  type ServerClientOptions,
  sharedSessions,
} from '../src/index.js'
import { eventOf, eventsUrl, eventsWorld, expectTold, openStream } from './events-world.js'
import { memoryLock, memoryStore } from './shared.js'
import { createServer, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

/** Makes the time stand still, but for the test. */
function holdTime() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
  return (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)
}
/** The `timeout` of a server client whose time is held: more than passes. */
const timeout = 1_000_000

const inStore = (): Partial<ServerClientOptions> => ({
  sessions: sharedSessions(memoryStore().keyv, { lock: memoryLock() }),
})

test('a page is told what happens to its own user, and nothing of another', async () => {
  const { server, events, route, alice } = await eventsWorld(emulator)
  const bob = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
  const [first, other] = [await openStream(route, alice), await openStream(route, bob)]
  expect(first.response.status).toBe(200)
  expect(Object.fromEntries(first.response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  await events.publish(eventOf('1'))
  await events.publish(eventOf('2', { user: 'auth0|bob' }))
  await expectTold(first, ['1'])
  await expectTold(other, ['2'])
  expect(first.messages).toMatchObject([
    { type: 'position', data: {} },
    { type: 'account', data: eventOf('1') },
  ])
})

test.for(['auth0', 'auth0|alic', 'auth0|alice ', 'auth0|alice|x', 'AUTH0|ALICE', '__proto__', ''])(
  'a user with the id "%s" is not taken for Alice',
  async (user) => {
    const { events, route, alice } = await eventsWorld(emulator)
    const stream = await openStream(route, alice)
    await events.publish(eventOf('1', { user }))
    await events.publish(eventOf('2'))
    await expectTold(stream, ['2'])
  },
)

test('a stream goes on after the last id that the page has, and nothing is told twice', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  const stream = await openStream(route, alice)
  await events.publish(eventOf('1'))
  await expectTold(stream, ['1'])
  stream.leave()
  await events.publish(eventOf('2'))
  await events.publish(eventOf('3'))
  const again = await openStream(route, alice, { 'last-event-id': stream.messages[1]?.id ?? '' })
  await expectTold(again, ['2', '3'])
  expect(again.messages[0]).toEqual({ ...stream.messages[1], type: 'position', data: {} })
  await events.publish(eventOf('4'))
  await expectTold(again, ['2', '3', '4'])
})

test('a page that came before any event goes on where it began', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  const stream = await openStream(route, alice)
  await expect.poll(() => stream.messages).toHaveLength(1)
  stream.leave()
  await events.publish(eventOf('1'))
  const again = await openStream(route, alice, { 'last-event-id': stream.messages[0]?.id ?? '' })
  await expectTold(again, ['1'])
})

test('a page without an id is told nothing of what was before', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  await events.publish(eventOf('1'))
  const stream = await openStream(route, alice)
  await events.publish(eventOf('2'))
  await expectTold(stream, ['2'])
})

test.for([
  ['from another process', '1000-0'],
  ['of the future', `${Date.now() + 600_000}-0`],
  ['no id at all', 'a log_id'],
] as const)('a page whose last id is %s gets one resync, and then what is new', async ([, id]) => {
  const { events, route, alice } = await eventsWorld(emulator)
  await events.publish(eventOf('1'))
  const stream = await openStream(route, alice, { 'last-event-id': id })
  await events.publish(eventOf('2'))
  await expectTold(stream, ['2'])
  expect(stream.messages.map(({ type }) => type)).toEqual(['resync', 'account'])
})

test('a page that has missed more than a hundred events gets one resync', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  const stream = await openStream(route, alice)
  await events.publish(eventOf('0'))
  await expectTold(stream, ['0'])
  stream.leave()
  const headers = { 'last-event-id': stream.messages[1]?.id ?? '' }
  for (let index = 1; index <= 100; index += 1) await events.publish(eventOf(String(index)))
  const inTime = await openStream(route, alice, headers)
  await expect.poll(inTime.told).toHaveLength(100)
  await events.publish(eventOf('101'))
  const late = await openStream(route, alice, headers)
  await expect.poll(() => late.messages.map(({ type }) => type)).toEqual(['resync'])
})

test('a page whose events gave way to those of other users gets one resync', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  const stream = await openStream(route, alice)
  await expect.poll(() => stream.messages).toHaveLength(1)
  stream.leave()
  await events.publish(eventOf('1'))
  for (let index = 0; index < 50_000; index += 1) {
    await events.publish(eventOf('2', { user: String(index) }))
  }
  const late = await openStream(route, alice, { 'last-event-id': stream.messages[0]?.id ?? '' })
  await expect.poll(() => late.messages.map(({ type }) => type)).toEqual(['resync'])
})

test('a stream without a session is refused with 401', async () => {
  const { route, alice } = await eventsWorld(emulator)
  alice.cookies.clear()
  const { response } = await openStream(route, alice)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ title: 'missing_session' })
})

test.for([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another subdomain', { 'sec-fetch-site': 'same-site' }],
  ['the address bar', { 'sec-fetch-site': 'none' }],
  ['another origin', { 'sec-fetch-site': '', origin: 'https://elsewhere.example' }],
] as const)('a stream for %s is refused with 403, without CORS', async ([, headers]) => {
  const { route, alice } = await eventsWorld(emulator)
  const { response } = await openStream(route, alice, headers)
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ title: 'other_origin' })
  const cors = [...response.headers.keys()].filter((name) => name.startsWith('access-control'))
  expect(cors).toEqual([])
})

test('a POST to the events is refused with 405', async () => {
  const { route } = await eventsWorld(emulator)
  const answer = await route(new Request(eventsUrl, { method: 'POST' }))
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
})

test('an application without events has no such route', async () => {
  const server = createServer(emulator)
  const alice = await loggedIn(server, emulator.url)
  for (const route of [createHandler(server), createRoutes(server).events]) {
    const { response } = await openStream(route, alice)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ title: 'not_found' })
  }
})

test('events that are none are a TypeError', () => {
  const events = {} as ReturnType<typeof memoryEvents> // a mistake of an application in JavaScript
  expect(() => createServer(emulator, { events })).toThrow(/events must be memoryEvents/)
})

test('the eleventh stream of a session is refused with 429, until one is closed', async () => {
  const { server, route, alice } = await eventsWorld(emulator)
  const streams = []
  for (let index = 0; index < 10; index += 1) streams.push(await openStream(route, alice))
  expect(streams.map(({ response }) => response.status)).toEqual(Array(10).fill(200))
  const { response } = await openStream(route, alice)
  expect(response.status).toBe(429)
  expect(await response.json()).toMatchObject({ title: 'too_many_streams' })
  const elsewhere = await loggedIn(server, emulator.url)
  expect((await openStream(route, elsewhere)).response.status).toBe(200)
  streams[0]?.leave()
  expect((await openStream(route, alice)).response.status).toBe(200)
})

test.for([
  ['in cookies', () => ({})],
  ['in a store', inStore],
] as const)(
  'a logout ends the stream of its session alone, with sessions %s',
  async ([, options]) => {
    const { server, route, alice } = await eventsWorld(emulator, options())
    const elsewhere = await loggedIn(server, emulator.url)
    const [stream, other] = [await openStream(route, alice), await openStream(route, elsewhere)]
    await alice.request((store) => server.logout({}, store))
    await expect.poll(stream.isOver).toBe(true)
    expect(other.isOver()).toBe(false)
    expect((await openStream(route, alice)).response.status).toBe(401)
  },
)

test('a stream ends with its session', async () => {
  const { route, alice } = await eventsWorld(emulator, { sessionLifetime: 1000, timeout })
  const pass = holdTime()
  const stream = await openStream(route, alice)
  await pass(980)
  expect(stream.isOver()).toBe(false)
  await pass(20)
  await expect.poll(stream.isOver).toBe(true)
})

test('a session that ended unnoticed ends its stream within a minute', async () => {
  const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  const { route, alice } = await eventsWorld(emulator, { sessions, timeout })
  const elsewhere = createServer(emulator, { sessions }) // another machine, which has no events
  const pass = holdTime()
  const stream = await openStream(route, alice)
  await elsewhere.logout(
    {},
    {
      request: {
        headers: new Headers({
          cookie: [...alice.cookies].map((pair) => pair.join('=')).join('; '),
        }),
      },
      response: { headers: new Headers() },
    },
  )
  await pass(50)
  expect(stream.isOver()).toBe(false)
  await pass(11)
  await expect.poll(stream.isOver).toBe(true)
})

test('a stream sends a heartbeat every 15 seconds, and every minute where the page is', async () => {
  const { route, alice } = await eventsWorld(emulator, { timeout })
  const pass = holdTime()
  const stream = await openStream(route, alice)
  await pass(46)
  expect([stream.heartbeats(), stream.messages.length]).toEqual([3, 1])
  await pass(15)
  const types = () => stream.messages.map(({ type }) => type)
  await expect.poll(types).toEqual(['position', 'position'])
  expect(stream.heartbeats()).toBe(4)
})

test('a browser that does not read has its stream closed, and goes on later', async () => {
  const { events, route, alice } = await eventsWorld(emulator)
  const cookie = [...alice.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  const { body } = await route(new Request(eventsUrl, { headers }))
  for (let index = 0; index < 90; index += 1) {
    await events.publish(eventOf(String(index), { accountId: 'a'.repeat(2000) }))
  }
  const text = await new Response(body).text() // ends
  expect(text.length).toBeGreaterThan(60_000)
  expect(text.length).toBeLessThan(70_000)
  const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id)
  const second = await openStream(route, alice, { 'last-event-id': ids.at(-1) ?? '' })
  await expect.poll(second.isOver).toBe(true)
  const third = await openStream(route, alice, {
    'last-event-id': second.messages.at(-1)?.id ?? '',
  })
  const all = Array.from({ length: 90 }, (_, index) => String(index))
  await expectTold(third, all.slice(ids.length - 1 + second.told().length))
  expect(second.told()[0]).toBe(all[ids.length - 1])
})

test('nothing is left of a stream after the browser has gone', async () => {
  const opened = new Set<object>()
  const memory = memoryEvents()
  const events: AccountEvents = {
    ...memory,
    async subscribe(...given) {
      const subscription = await memory.subscribe(...given)
      opened.add(subscription)
      const close = () => {
        opened.delete(subscription)
        subscription.close()
      }
      return { ...subscription, close }
    },
  }
  const { route, alice } = await eventsWorld(emulator, { events })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const stream = await openStream(route, alice)
  const headers = new Headers({ 'sec-fetch-site': 'same-origin' })
  headers.set('cookie', [...alice.cookies].map((pair) => pair.join('=')).join('; '))
  const cancelled = await route(new Request(eventsUrl, { headers }))
  expect([opened.size, vi.getTimerCount()]).toEqual([2, 2])
  stream.leave()
  await cancelled.body?.cancel()
  expect([opened.size, vi.getTimerCount()]).toEqual([0, 0])
})

test.for([
  ['fail', () => Promise.reject(new Error('away'))],
  ['do not answer', () => new Promise<never>(() => {})],
] as const)('events that %s are 503, and count for no stream', async ([, subscribe]) => {
  const memory = memoryEvents()
  let isAway = true
  const events: AccountEvents = {
    ...memory,
    subscribe: (...given) => (isAway ? subscribe() : memory.subscribe(...given)),
  }
  const { route, alice } = await eventsWorld(emulator, { events, timeout: 100 })
  for (let index = 0; index < 11; index += 1) {
    const { response } = await openStream(route, alice)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ title: 'store_unavailable' })
  }
  isAway = false
  expect((await openStream(route, alice)).response.status).toBe(200)
})
