import { defineConnections } from '@connected-accounts/client'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type KeepAliveOptions, keepAlive, type SharedStore } from '../src/index.js'
import { connection, createKeeper, memoryCheckpoint, run, usersOf } from './keep-alive-job.js'
import { createGate } from './shared.js'
import { rejection } from './visitor.js'

const DAY = 86_400_000
const { emulator, ids, worker } = await createKeeper(1000)
const [one = '', two = ''] = ids
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())
afterEach(() => {
  vi.useRealTimers()
})

const seed = (users: readonly string[], name = connection) =>
  emulator.seed(users.map((user_id) => ({ user_id, connection: name })))
const exchanges = () => emulator.logs.filter(({ type }) => type === 'seta').length
const tries = () => emulator.logs.filter(({ type }) => /^[sf]eta$/.test(type)).length
const none = {
  ...{ recent: 0, not_connected: 0, still_dead: 0 },
  ...{ not_logged_in: 0, refused: 0, unavailable: 0 },
}
const later = (time: number) => vi.setSystemTime(Date.now() + time)
/** Returns the error of work that fails after many pauses, without waiting for these. */
async function inLessTime(work: () => Promise<unknown>): Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let isOver = false
  const failed = rejection(work()).finally(() => {
    isOver = true
  })
  while (!isOver) await vi.advanceTimersByTimeAsync(100)
  vi.useRealTimers()
  return failed
}
const fakeDate = () => vi.useFakeTimers({ toFake: ['Date'] })

describe('a run', () => {
  test('exchanges a grant that Auth0 would have dropped after a year without use', async () => {
    fakeDate()
    await seed([one, two])
    const { store: checkpoint } = memoryCheckpoint()
    const job = { exchange: worker(), users: usersOf([one]), checkpoint }
    later(300 * DAY)
    expect((await run(job)).report).toEqual({
      ...{ exchanged: 1, dead: 0, skipped: none, isComplete: true },
    })
    later(300 * DAY)
    const { outcomes } = await run({ ...job, users: usersOf([one, two]) })
    expect(outcomes).toMatchObject([
      { userId: one, connection, outcome: 'exchanged' },
      { userId: two, connection, outcome: 'skipped', reason: 'not_connected' },
    ])
  })

  test('exchanges nothing twice within the period, and says so', async () => {
    fakeDate()
    await seed([one])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store, every: 10 * DAY }
    const reasons = []
    for (const days of [0, 9, 0.9, 0.2]) {
      later(days * DAY)
      const { outcomes } = await run({ ...job, users: usersOf([one]) })
      reasons.push(...outcomes.map(({ outcome, reason }) => reason ?? outcome))
    }
    expect(reasons).toEqual(['exchanged', 'recent', 'recent', 'exchanged'])
    expect(exchanges()).toBe(2)
  })

  test('does not take a token that lives for years out of the cache of the worker for an exchange', async () => {
    fakeDate()
    await seed([one])
    const exchange = worker({
      async fetch(request) {
        const answer = await fetch(request)
        return Response.json({ ...(await answer.json()), expires_in: 100_000_000 })
      },
    })
    const job = { exchange, checkpoint: memoryCheckpoint().store }
    await run({ ...job, users: usersOf([one]) })
    later(31 * DAY)
    await run({ ...job, users: usersOf([one]) })
    expect(exchanges()).toBe(2)
  })

  test('does not take the time of a clock that was wrong for a recent exchange', async () => {
    fakeDate()
    await seed([one])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store }
    later(40 * DAY)
    await run({ ...job, users: usersOf([one]) })
    later(-40 * DAY)
    const { report } = await run({ ...job, users: usersOf([one]) })
    expect(report).toMatchObject({ exchanged: 1 })
  })

  test('takes definitions, and a connection of several definitions once', async () => {
    await seed([one])
    await seed([one], 'acme')
    const { calendar, mail, acme } = defineConnections({
      calendar: { connection, scopes: ['calendar'] },
      mail: { connection, scopes: ['mail'] },
      acme: { connection: 'acme' },
    })
    const { outcomes } = await run({
      ...{ exchange: worker(), users: usersOf([one]), checkpoint: memoryCheckpoint().store },
      connections: [calendar, mail, acme],
    })
    expect(outcomes.map((outcome) => outcome.connection)).toEqual([connection, 'acme'])
  })

  test('tells the audit context of the worker and its agent to the tenant', async () => {
    await seed([one])
    const exchange = worker({ agentId: 'keeper' })
    await run({ exchange, users: usersOf([one]), checkpoint: memoryCheckpoint().store })
    expect(emulator.logs.at(-1)?.details).toMatchObject({
      is_privileged_worker: true,
      audit_context: 'agent_id=keeper; keep alive',
    })
  })

  test('the checkpoint has neither ids of users nor tokens', async () => {
    await seed([one])
    const { store: checkpoint, kept } = memoryCheckpoint()
    await run({ exchange: worker(), users: usersOf([one]), checkpoint })
    expect(kept.size).toBeGreaterThan(0)
    expect(JSON.stringify([...kept])).not.toMatch(/user-1|eyJ/)
  })

  test('a user has the grants of each organization apart', async () => {
    await emulator.seed([{ user_id: 'auth0|alice', connection }])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store }
    const told: unknown[] = []
    for (const orgId of ['org_example', undefined]) {
      async function* users() {
        yield { userId: 'auth0|alice', orgId }
      }
      const { outcomes } = await run({ ...job, users: users() })
      told.push(...outcomes)
    }
    const exchanged = { userId: 'auth0|alice', connection, outcome: 'exchanged' }
    expect(told).toEqual([{ ...exchanged, orgId: 'org_example' }, exchanged])
  })

  test('jobs of several names do not take the grants of the other for their own', async () => {
    await seed([one])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store }
    const [eu, us] = [
      await run({ ...job, users: usersOf([one]), name: 'eu' }),
      await run({ ...job, users: usersOf([one]), name: 'us' }),
    ]
    expect([eu.report.exchanged, us.report.exchanged]).toEqual([1, 1])
  })
})

describe('a dead grant', () => {
  test('is told once, is tried once in a period, and lives again after the person has connected again', async () => {
    fakeDate()
    await seed([one])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store }
    const told: unknown[] = []
    const next = async (days: number) => {
      later(days * DAY)
      const { outcomes } = await run({ ...job, users: usersOf([one]) })
      told.push(...outcomes.map(({ outcome, reason = '' }) => `${outcome} ${reason}`.trim()))
    }
    await next(0)
    emulator.switches.set({ providerRefreshToken: 'revoked' })
    await next(31)
    const triesBefore = tries()
    await next(1)
    await next(1)
    expect(tries()).toBe(triesBefore)
    await next(31)
    expect(tries()).toBe(triesBefore + 1)
    emulator.switches.set({ providerRefreshToken: 'issued' })
    await seed([one])
    await next(31)
    expect(told).toEqual([
      ...['exchanged', 'dead', 'skipped still_dead', 'skipped still_dead'],
      ...['skipped still_dead', 'exchanged'],
    ])
  })

  test('is told again if the application could not take it', async () => {
    fakeDate()
    await seed([one])
    const job = { exchange: worker(), checkpoint: memoryCheckpoint().store }
    await run({ ...job, users: usersOf([one]) })
    emulator.switches.set({ providerRefreshToken: 'revoked' })
    later(31 * DAY)
    const down = new Error('the queue of emails is down')
    const onOutcome = () => Promise.reject(down)
    expect(await rejection(run({ ...job, users: usersOf([one]), onOutcome }))).toBe(down)
    const { outcomes } = await run({ ...job, users: usersOf([one]) })
    expect(outcomes).toMatchObject([
      { outcome: 'dead', error: { code: 'connection_not_connected' } },
    ])
  })
})

describe('a thousand users', () => {
  test('are exchanged although the run is aborted and goes on: nobody is left out, and few are exchanged twice', async () => {
    await seed(ids)
    const checkpoint = memoryCheckpoint().store
    const controller = new AbortController()
    let told = 0
    const onOutcome = () => {
      told += 1
      if (told === 400) controller.abort()
    }
    const job = { exchange: worker(), checkpoint }
    const { signal } = controller
    const error = await rejection(run({ ...job, users: usersOf(ids), onOutcome, signal }))
    expect(error).toBe(signal.reason)
    const { report } = await run({ ...job, users: usersOf(ids) })
    expect(report.exchanged + report.skipped.recent).toBe(1000)
    expect(report.skipped.recent).toBeGreaterThanOrEqual(392)
    expect(exchanges()).toBeLessThanOrEqual(1008)
  }, 60_000)

  test('are asked for one by one, and exchanged by eight at once at most', async () => {
    await seed(ids.slice(0, 50))
    let [asked, running, most] = [0, 0, 0]
    const ahead: number[] = []
    async function* users() {
      for (const userId of ids.slice(0, 50)) {
        asked += 1
        ahead.push(asked - told)
        yield { userId }
      }
    }
    let told = 0
    const exchange = worker({
      async fetch(request) {
        running += 1
        most = Math.max(most, running)
        return fetch(request).finally(() => {
          running -= 1
        })
      },
    })
    const { report } = await run({
      ...{ exchange, users: users(), checkpoint: memoryCheckpoint().store },
      onOutcome() {
        told += 1
      },
    })
    expect(report.exchanged).toBe(50)
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
    expect(Math.max(...ahead)).toBeLessThanOrEqual(9)
  })
})

describe('the rate', () => {
  test('is perSecond at most', async () => {
    await seed(ids.slice(0, 10))
    const sentAt: number[] = []
    const exchange = worker({
      fetch(request) {
        sentAt.push(performance.now())
        return fetch(request)
      },
    })
    const users = usersOf(ids.slice(0, 10))
    await run({ exchange, users, checkpoint: memoryCheckpoint().store, perSecond: 20 })
    const [first = 0] = sentAt
    expect(sentAt.length).toBe(10)
    expect((sentAt.at(-1) ?? 0) - first).toBeGreaterThan(9 * 50 - 25)
  })

  test('of the tenant is heeded: after a 429 nobody is sent before retry-after, and nobody is left out', async () => {
    await seed(ids.slice(0, 30))
    emulator.switches.set({ exchangeRate: '10' })
    const answers: { status: number; at: number }[] = []
    const exchange = worker({
      async fetch(request) {
        const answer = await fetch(request)
        answers.push({ status: answer.status, at: performance.now() })
        return answer
      },
    })
    const users = usersOf(ids.slice(0, 30))
    const job = { exchange, users, checkpoint: memoryCheckpoint().store, perSecond: 100 }
    const { report } = await run(job)
    expect(report.exchanged).toBe(30)
    const refused = answers.find(({ status }) => status === 429)
    const next = answers.find(({ at }) => at > (refused?.at ?? 0) + 300)
    expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThan(900)
    expect(answers.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(27)
  }, 20_000)

  test('if the tenant wants no requests for minutes, the run ends', async () => {
    await seed([one])
    const exchange = worker({
      fetch: async () =>
        Response.json(
          { error: 'too_many_requests' },
          { status: 429, headers: { 'retry-after': '600' } },
        ),
    })
    const job = { exchange, users: usersOf(ids), checkpoint: memoryCheckpoint().store }
    expect(await rejection(run(job))).toMatchObject({ code: 'too_many_requests', retryAfter: 600 })
  })
})

describe('failures', () => {
  test('a network that drops now and then leaves nobody out', async () => {
    await seed(ids.slice(0, 20))
    let sent = 0
    const exchange = worker({
      async fetch(request) {
        sent += 1
        if (sent % 5 === 0) throw new TypeError('fetch failed')
        return fetch(request)
      },
    })
    const users = usersOf(ids.slice(0, 20))
    const { report } = await run({ exchange, users, checkpoint: memoryCheckpoint().store })
    expect(report).toMatchObject({ exchanged: 20, skipped: none, isComplete: true })
  }, 20_000)

  test('a network that is away ends the run after ten grants, and the next one goes on', async () => {
    await seed(ids.slice(0, 30))
    let isAway = true
    let sent = 0
    const exchange = worker({
      timeout: 1_000_000_000, // its timer must not end while a signature takes its time
      async fetch(request) {
        sent += 1
        if (isAway) throw new TypeError('fetch failed')
        return fetch(request)
      },
    })
    const job = { exchange, checkpoint: memoryCheckpoint().store }
    const error = await inLessTime(() => run({ ...job, users: usersOf(ids.slice(0, 30)) }))
    expect(error).toMatchObject({ message: 'fetch failed' })
    expect(sent).toBeLessThanOrEqual(17 * 4)
    isAway = false
    const { report } = await run({ ...job, users: usersOf(ids.slice(0, 30)) })
    expect(report.exchanged).toBe(30)
  })

  test('an exchange that never ends is skipped after the timeout of the worker, and the others are made', async () => {
    await seed([one, two])
    let sent = 0
    const exchange = worker({
      timeout: 1000,
      fetch(request) {
        sent += 1
        return sent === 1 ? new Promise(() => {}) : fetch(request)
      },
    })
    const job = { exchange, users: usersOf([one, two]), checkpoint: memoryCheckpoint().store }
    const { report } = await run(job)
    expect(report).toMatchObject({ exchanged: 1, skipped: { ...none, unavailable: 1 } })
  })

  test('a provider that never answers is soon not asked any more, and the grants of others are exchanged', async () => {
    const users = ids.slice(0, 40)
    await seed(users)
    let asked = 0
    const exchange = worker({
      timeout: 500,
      async fetch(request) {
        const isAcme = (await request.clone().text()).includes('connection=acme')
        if (!isAcme) return fetch(request)
        asked += 1
        return new Promise(() => {})
      },
    })
    const job = { exchange, users: usersOf(users), checkpoint: memoryCheckpoint().store }
    const { report } = await run({ ...job, connections: [connection, 'acme'] })
    expect(report).toMatchObject({ exchanged: 40, isComplete: true })
    expect(report.skipped).toEqual({ ...none, unavailable: 40 })
    expect(asked).toBeLessThanOrEqual(17)
  })

  test('failures that are not in a row do not end the run', async () => {
    const users = ids.slice(0, 60)
    await seed(users)
    let sent = 0
    const exchange = worker({
      timeout: 500,
      fetch(request) {
        sent += 1
        return sent % 4 === 0 ? new Promise(() => {}) : fetch(request)
      },
    })
    const job = { exchange, users: usersOf(users), checkpoint: memoryCheckpoint().store }
    const { report } = await run(job)
    expect(report).toMatchObject({ exchanged: 45, isComplete: true })
    expect(report.skipped).toEqual({ ...none, unavailable: 15 })
  })

  test('a user whom the tenant refuses is skipped, and the others are exchanged', async () => {
    await seed([one])
    const users = usersOf(['auth0|nobody', one])
    const job = { exchange: worker(), users, checkpoint: memoryCheckpoint().store }
    const { outcomes, report } = await run(job)
    expect(report).toMatchObject({ exchanged: 1, skipped: { ...none, refused: 1 } })
    expect(outcomes.find(({ userId }) => userId !== one)).toMatchObject({
      ...{ outcome: 'skipped', reason: 'refused', error: { code: 'invalid_grant' } },
    })
  })

  test('a client without access ends the run at once', async () => {
    await seed(ids.slice(0, 30))
    const job = { exchange: worker(), users: usersOf(ids.slice(0, 30)) }
    const checkpoint = memoryCheckpoint().store
    const error = await rejection(run({ ...job, checkpoint, connections: ['github'] }))
    expect(error).toMatchObject({ code: 'unauthorized_client' })
    expect(tries()).toBeLessThanOrEqual(8)
  })

  test.each<[string, (store: SharedStore) => Partial<SharedStore>]>([
    ['from the start', () => ({ replace: () => Promise.reject(new Error('down')) })],
    ['when it should remember', () => ({ set: () => Promise.reject(new Error('down')) })],
    ['when it is read', () => ({ get: () => Promise.reject(new Error('down')) })],
  ])(
    'a checkpoint that fails %s ends the run, and the next one goes on',
    async (_, broken) => {
      await seed(ids.slice(0, 3))
      const { store } = memoryCheckpoint()
      const job = { exchange: worker(), checkpoint: { ...store, ...broken(store) } }
      const error = await rejection(run({ ...job, users: usersOf(ids.slice(0, 3)) }))
      expect(error).toMatchObject({ code: 'store_unavailable' })
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 21_000 })
      const { report } = await run({ ...job, checkpoint: store, users: usersOf(ids.slice(0, 3)) })
      expect(report.exchanged).toBe(3)
    },
    20_000,
  )

  test('a checkpoint that has begun the run, but whose answer was lost, does not keep the run from beginning', async () => {
    await seed([one])
    const { store } = memoryCheckpoint()
    let tries = 0
    const checkpoint: typeof store = {
      ...store,
      async replace(...entry) {
        const isDone = await store.replace(...entry)
        tries += 1
        if (tries === 1) throw new Error('the connection was cut')
        return isDone
      },
    }
    const { report } = await run({ exchange: worker(), users: usersOf([one]), checkpoint })
    expect(report).toMatchObject({ exchanged: 1, isComplete: true })
  })

  test('an abort while an exchange is under way tells nothing of it, whatever its reason', async () => {
    await seed([one])
    const { pass, reached } = createGate()
    const exchange = worker({
      async fetch(request) {
        await pass()
        return fetch(request)
      },
    })
    const told: unknown[] = []
    const controller = new AbortController()
    const job = { exchange, users: usersOf([one]), checkpoint: memoryCheckpoint().store }
    const onOutcome = (outcome: unknown) => void told.push(outcome)
    const aborted = rejection(run({ ...job, onOutcome, signal: controller.signal }))
    await reached
    const reason = new DOMException('The time of the job is over.', 'TimeoutError')
    controller.abort(reason)
    expect(await aborted).toBe(reason)
    expect(told).toEqual([])
  })

  test('a signal that is aborted before the run begins ends it before anything is sent', async () => {
    const checkpoint = memoryCheckpoint()
    const job = { exchange: worker(), users: usersOf([one]), checkpoint: checkpoint.store }
    const signal = AbortSignal.abort()
    expect(await rejection(run({ ...job, signal }))).toBe(signal.reason)
    expect(checkpoint.kept.size).toBe(0)
  })

  test('a source of users that fails ends the run with its error', async () => {
    const lost = new Error('the database is away')
    async function* users() {
      yield { userId: one }
      throw lost
    }
    const job = { exchange: worker(), users: users(), checkpoint: memoryCheckpoint().store }
    expect(await rejection(run(job))).toBe(lost)
  })

  test('an abort ends a run whose source of users hangs, and lets the next one begin', async () => {
    const { pass, reached } = createGate()
    async function* users() {
      await pass()
      yield { userId: one }
    }
    const { store: checkpoint } = memoryCheckpoint()
    const controller = new AbortController()
    const { signal } = controller
    const hanging = rejection(run({ exchange: worker(), users: users(), checkpoint, signal }))
    await reached
    controller.abort()
    expect(await hanging).toBe(signal.reason)
    const { report } = await run({ exchange: worker(), users: usersOf([]), checkpoint })
    expect(report.isComplete).toBe(true)
  })
})

describe('two schedulers at once', () => {
  test('the second run ends at once, and says that it was not complete', async () => {
    await seed([one])
    const { store: checkpoint } = memoryCheckpoint()
    const { pass, open, reached } = createGate()
    async function* users() {
      await pass()
      yield { userId: one }
    }
    const first = run({ exchange: worker(), users: users(), checkpoint })
    await reached
    const second = await run({ exchange: worker(), users: usersOf([one]), checkpoint })
    expect(second.report).toEqual({ exchanged: 0, dead: 0, skipped: none, isComplete: false })
    open()
    expect((await first).report).toMatchObject({ exchanged: 1, isComplete: true })
    expect(exchanges()).toBe(1)
  })

  test('a run that takes long keeps others from beginning', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const { store: checkpoint } = memoryCheckpoint()
    const { pass, open, reached } = createGate()
    async function* users() {
      await pass()
      yield { userId: one }
    }
    const first = run({ exchange: worker(), users: users(), checkpoint })
    await reached
    await vi.advanceTimersByTimeAsync(120_000)
    const second = await run({ exchange: worker(), users: usersOf([]), checkpoint })
    expect(second.report.isComplete).toBe(false)
    open()
    expect((await first).report.isComplete).toBe(true)
    const third = await run({ exchange: worker(), users: usersOf([]), checkpoint })
    expect(third.report.isComplete).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a run that was paused for so long that another one has begun ends before its next exchange', async () => {
    fakeDate()
    await seed([one, two])
    const { store: checkpoint } = memoryCheckpoint()
    const { pass, open, reached } = createGate()
    async function* users() {
      await pass()
      yield { userId: one }
    }
    const paused = run({ exchange: worker(), users: users(), checkpoint })
    await reached
    later(21_000)
    const second = createGate()
    async function* others() {
      await second.pass()
      yield { userId: two }
    }
    const other = run({ exchange: worker(), users: others(), checkpoint })
    await second.reached
    open()
    expect((await paused).report).toMatchObject({ exchanged: 0, isComplete: false })
    second.open()
    expect((await other).report).toMatchObject({ exchanged: 1, isComplete: true })
  })
})

describe('options', () => {
  const good = (): KeepAliveOptions => ({
    exchange: worker(),
    users: usersOf([]),
    connections: [connection],
    checkpoint: memoryCheckpoint().store,
  })
  test.each<[string, object, string]>([
    ['exchange', { exchange: undefined }, 'exchange'],
    ['users that are a list', { users: [{ userId: one }] }, 'users'],
    ['no connections', { connections: [] }, 'connections'],
    ['a connection without a name', { connections: [''] }, 'connections'],
    ['a checkpoint without replace', { checkpoint: new Map() }, 'checkpoint'],
    ['every of 0', { every: 0 }, 'every'],
    ['every of two years', { every: 730 * DAY }, 'every'],
    ['perSecond of 0', { perSecond: 0 }, 'perSecond'],
    ['an empty name', { name: '' }, 'name'],
    ['onOutcome that is no function', { onOutcome: 'log' }, 'onOutcome'],
  ])('%s: a TypeError that names it', async (_, changed, name) => {
    const options = { ...good(), ...changed } as KeepAliveOptions // wrong on purpose
    const error = await rejection(keepAlive(options))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(name)
  })

  test('users that are not objects with a userId: a TypeError that says so', async () => {
    async function* users() {
      yield { userId: '' }
    }
    const error = await rejection(run({ ...good(), users: users() }))
    expect(String(error)).toContain(
      "TypeError: users must yield objects like { userId: 'auth0|1' }",
    )
  })
})
