import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  fromSharedSessions,
  type RefreshLock,
  type ServerClientOptions,
  type SharedSessionsOptions,
  sharedSessions,
} from '../src/index.js'
import { connection, memoryCheckpoint, run, usersOf } from './keep-alive-job.js'
import { createGate, isRefresh, memoryLock, tenantWithStaging, tokenAt } from './shared.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0, tenant: tenantWithStaging() })
const userIndexSecret = 'another secret of more than thirty-two bytes'
const alice = 'auth0|alice'
const bob = 'auth0|bob'
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  await emulator.seed([alice, bob].map((user_id) => ({ user_id, connection })))
})

/** Creates servers that share a store and a lock. */
function createShared({ store, kept } = memoryCheckpoint()) {
  let asked = 0
  const { acquire } = memoryLock()
  const lock: RefreshLock = {
    acquire(...key) {
      asked += 1
      return acquire(...key)
    },
  }
  const machine = (
    sharing: Partial<SharedSessionsOptions> = {},
    options: Partial<ServerClientOptions> = {},
  ) => {
    const sessions = sharedSessions(store, {
      ...{ lock, userIndexSecret },
      ...sharing,
    } as SharedSessionsOptions) // the spread has lost that the lock is there
    return createServer(emulator, { sessions, ...options })
  }
  return { machine, kept, checkpoint: memoryCheckpoint().store, locksAsked: () => asked }
}

/** True if a request exchanges a refresh token in Token Vault. */
const isExchange = async (request: Request) =>
  (await request.clone().text()).includes('federated-connection-access-token')

describe('keepAlive with the sessions of a store', () => {
  test('exchanges for who is logged in, at another machine than the job, and skips who is not', async () => {
    const { machine, checkpoint } = createShared()
    await loggedIn(machine(), emulator.url)
    const job = { exchange: fromSharedSessions(machine()), checkpoint }
    const { outcomes } = await run({ ...job, users: usersOf([alice, bob]) })
    expect(outcomes).toMatchObject([
      { userId: alice, outcome: 'exchanged' },
      {
        userId: bob,
        outcome: 'skipped',
        reason: 'not_logged_in',
        error: { code: 'missing_session' },
      },
    ])
    expect(emulator.logs.at(-1)).toMatchObject({ type: 'seta', user_id: alice })
  })

  test('skips who has logged out, and tries again as soon as the user is logged in', async () => {
    const { machine, checkpoint } = createShared()
    const server = machine()
    const visitor = await loggedIn(server, emulator.url)
    await visitor.request((store) => server.logout({}, store))
    const job = { exchange: fromSharedSessions(server), checkpoint }
    const { report } = await run({ ...job, users: usersOf([alice]) })
    expect(report.skipped.not_logged_in).toBe(1)
    await loggedIn(server, emulator.url)
    expect((await run({ ...job, users: usersOf([alice]) })).report.exchanged).toBe(1)
  })

  test('uses the session of another browser, if the newest has ended or its refresh token is refused', async () => {
    const { machine, checkpoint } = createShared()
    let refused = 0
    const server = machine(
      {},
      {
        async fetch(request) {
          if (refused === 0 && (await isExchange(request))) {
            refused += 1
            return Response.json({ error: 'invalid_grant' }, { status: 401 })
          }
          return fetch(request)
        },
      },
    )
    await loggedIn(server, emulator.url)
    await loggedIn(server, emulator.url)
    const newest = await loggedIn(server, emulator.url)
    await newest.request((store) => server.logout({}, store))
    const job = { exchange: fromSharedSessions(server), checkpoint }
    const { report } = await run({ ...job, users: usersOf([alice]) })
    expect([refused, report.exchanged]).toEqual([1, 1])
  })

  test('only uses the sessions of the organization, if the users name one', async () => {
    const { machine } = createShared()
    const server = machine()
    await loggedIn(server, emulator.url)
    const source = fromSharedSessions(server)({ userId: alice, orgId: 'org_example' })
    const error = await rejection(source.getToken({ connection }))
    expect(error).toMatchObject({ code: 'missing_session' })
  })

  test('does not exchange while a request of the user refreshes the session', async () => {
    const { machine, checkpoint, locksAsked } = createShared()
    const { pass, open, reached } = createGate()
    const order: string[] = []
    const send = async (request: Request) => {
      const isOne = await isRefresh(request)
      if (await isExchange(request)) order.push('exchange')
      const answer = await fetch(request)
      if (!isOne) return answer
      await pass()
      order.push('refresh')
      return answer
    }
    const server = machine({}, { fetch: send })
    const visitor = await loggedIn(server, emulator.url)
    const refreshed = tokenAt(server, visitor, { forceRefresh: true })
    await reached
    const before = locksAsked()
    const exchange = fromSharedSessions(machine({}, { fetch: send }))
    const kept = run({ exchange, users: usersOf([alice]), checkpoint })
    await expect.poll(locksAsked).toBe(before + 1)
    expect(order).toEqual([])
    open()
    await refreshed
    expect((await kept).report.exchanged).toBe(1)
    expect(order).toEqual(['refresh', 'exchange'])
  })
})

describe('the list of the sessions of a user', () => {
  test('has no id of a user or a session in clear text', async () => {
    const { machine, kept } = createShared()
    await loggedIn(machine(), emulator.url)
    expect(JSON.stringify([...kept])).not.toMatch(/alice|ends|expiresAt/)
  })

  test('has both sessions of a user who logs in at two machines at once', async () => {
    const { machine, checkpoint } = createShared()
    const [one, other] = [machine(), machine()]
    const visitors = await Promise.all([loggedIn(one, emulator.url), loggedIn(other, emulator.url)])
    const job = { exchange: fromSharedSessions(one), checkpoint }
    for (const visitor of visitors) {
      const { report } = await run({ ...job, users: usersOf([alice]), every: 1 })
      expect(report.exchanged).toBe(1)
      await visitor.request((store) => one.logout({}, store))
    }
    const { report } = await run({ ...job, users: usersOf([alice]), every: 1 })
    expect(report.skipped.not_logged_in).toBe(1)
  })

  test('is opened with an earlier secret of the list', async () => {
    const { machine, checkpoint } = createShared()
    await loggedIn(machine(), emulator.url)
    const next = machine({
      userIndexSecret: ['a new secret of more than thirty-two bytes', userIndexSecret],
    })
    const { report } = await run({
      ...{ exchange: fromSharedSessions(next), users: usersOf([alice]), checkpoint },
    })
    expect(report.exchanged).toBe(1)
  })

  test('with a secret that nobody knows any more ends the job, but no login', async () => {
    const { machine, checkpoint } = createShared()
    await loggedIn(machine(), emulator.url)
    const other = machine({ userIndexSecret: 'an unknown secret of more than thirty-two bytes' })
    const job = { exchange: fromSharedSessions(other), checkpoint }
    const error = await rejection(run({ ...job, users: usersOf([alice]) }))
    expect(error).toMatchObject({ code: 'store_unreadable' })
    await loggedIn(other, emulator.url)
    expect((await run({ ...job, users: usersOf([alice]) })).report.exchanged).toBe(1)
  })
})

describe('fromSharedSessions', () => {
  test('throws a TypeError that says the way out, if the sessions are in cookies, or the store has no list', () => {
    const { machine } = createShared()
    for (const server of [createServer(emulator), machine({ userIndexSecret: undefined })]) {
      expect(() => fromSharedSessions(server)).toThrow(
        /^fromSharedSessions needs sessions that can be found without their cookies.*privilegedWorker/,
      )
    }
    expect(() => fromSharedSessions({})).toThrow('server must be a ServerClient.')
  })

  test('a secret that is too short is a TypeError that names it', () => {
    const { machine } = createShared()
    expect(() => machine({ userIndexSecret: 'short' })).toThrow(
      'userIndexSecret must have at least 32 bytes',
    )
  })
})
