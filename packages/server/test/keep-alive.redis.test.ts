import { createClient } from 'redis'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { fromSharedSessions, sharedSessions } from '../src/index.js'
import { redisLock, redisStore } from '../src/store/redis.js'
import { connection, createKeeper, run, usersOf } from './keep-alive-job.js'
import { startRedis } from './redis-server.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const { emulator, ids, worker } = await createKeeper(100)
const server = await startRedis()
const connected = () =>
  createClient({ url: server.url })
    .on('error', () => {}) // a test stops it
    .connect()
const [one, other] = [await connected(), await connected()]
afterAll(async () => {
  one.destroy()
  other.destroy()
  await Promise.all([emulator.close(), server.close()])
})
beforeEach(async () => {
  emulator.reset()
  await one.flushAll()
  await emulator.seed(ids.map((user_id) => ({ user_id, connection })))
})
const exchanges = () => emulator.logs.filter(({ type }) => type === 'seta').length
const users = () => usersOf(ids)

test('of two machines whose schedulers start at once, one exchanges and the other ends', async () => {
  const runs = await Promise.all(
    [one, other].map((redis) =>
      run({ exchange: worker(), users: users(), checkpoint: redisStore(redis) }),
    ),
  )
  const reports = runs.map(({ report: { exchanged, isComplete } }) => ({ exchanged, isComplete }))
  expect(reports).toContainEqual({ exchanged: 100, isComplete: true })
  expect(reports).toContainEqual({ exchanged: 0, isComplete: false })
  expect(exchanges()).toBe(100)
}, 20_000)

test('another machine goes on where a run was aborted', async () => {
  const { signal, abort } = abortable()
  let told = 0
  const onOutcome = () => {
    told += 1
    if (told === 40) abort()
  }
  const first = { exchange: worker(), users: users(), checkpoint: redisStore(one) }
  expect(await rejection(run({ ...first, onOutcome, signal }))).toBe(signal.reason)
  const next = { exchange: worker(), users: users(), checkpoint: redisStore(other) }
  const { report } = await run(next)
  expect(report.exchanged + report.skipped.recent).toBe(100)
  expect(report.skipped.recent).toBeGreaterThanOrEqual(32)
  expect(exchanges()).toBeLessThanOrEqual(108)
}, 20_000)

test('a Redis that crashes ends the run, and the next one goes on when it is back', async () => {
  let told = 0
  const onOutcome = async () => {
    told += 1
    if (told === 40) await server.stop()
  }
  const job = { exchange: worker(), checkpoint: redisStore(one) }
  const error = await rejection(run({ ...job, users: users(), onOutcome }))
  expect(error).toMatchObject({ code: 'store_unavailable' })
  await server.start()
  const done = async () => (await run({ ...job, users: users() })).report
  await expect.poll(done, { timeout: 40_000, interval: 1000 }).toMatchObject({ isComplete: true })
  expect(exchanges()).toBeLessThanOrEqual(120)
}, 60_000)

test('the sessions of one machine are found at the other', async () => {
  const machine = (redis: typeof one) => {
    const userIndexSecret = 'another secret of more than thirty-two bytes'
    const lock = redisLock(redis)
    const sessions = sharedSessions(redisStore(redis), { lock, userIndexSecret })
    return createServer(emulator, { sessions })
  }
  await emulator.seed([{ user_id: 'auth0|alice', connection }])
  await loggedIn(machine(one), emulator.url)
  const { report } = await run({
    exchange: fromSharedSessions(machine(other)),
    users: usersOf(['auth0|alice', 'auth0|bob']),
    checkpoint: redisStore(other),
  })
  expect(report).toMatchObject({ exchanged: 1, skipped: { not_logged_in: 1 } })
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
