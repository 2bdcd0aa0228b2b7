import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { ServerClient } from '../src/index.js'
import { createEndedSessions } from '../src/sessions/ended-sessions.js'
import { createFakeTenant, type FakeTenant } from './fake-tenant.js'
import { createVisitor, rejection, type Visitor } from './visitor.js'

// What a process remembers of sessions in cookies, and how much of it. Each test is a row of docs/cookie-sessions.md.
let tenant: FakeTenant
beforeAll(async () => {
  tenant = await createFakeTenant()
})
beforeEach(() => void tenant.grants.splice(0))

const audience = 'https://api.example.test/'
const connection = 'github'
const userOf = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))
const tokenAt = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getAccessToken({ audience }, store))
const connectionTokenAt = (server: ServerClient, visitor: Visitor, scopes: string[] = []) =>
  visitor.request((store) => server.getAccessTokenForConnection({ connection, scopes }, store))
const logOut = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.logout({}, store))
const copyOf = (visitor: Visitor) =>
  Object.assign(createVisitor('https://tenant.example.test'), { cookies: new Map(visitor.cookies) })
const exchanges = () => tenant.grants.filter((grant) => /token-exchange/.test(grant)).length
/** Logs in this many other users, and does something with each of them. */
const withOthers = async (
  server: ServerClient,
  count: number,
  work: (visitor: Visitor) => Promise<unknown>,
) => {
  for (let user = 0; user < count; user += 1) {
    await work(await tenant.loggedIn(server, `auth0|${user}`))
  }
}

test('an ended session stays ended, however many other users log in, refresh and log out', async () => {
  const server = tenant.createServer()
  const alice = await tenant.loggedIn(server, 'auth0|alice')
  const copy = copyOf(alice)
  await logOut(server, alice)
  await withOthers(server, 1001, async (visitor) => {
    await tokenAt(server, visitor)
    await logOut(server, visitor)
  })
  expect(await userOf(server, copy)).toBeUndefined()
})

test('ended sessions are forgotten when their cookies have expired', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const ended = createEndedSessions()
  const end = (id: string) => ended.add({ id, expiresAt: Date.now() + 60_000 })
  for (let session = 0; session < 2000; session += 1) end(`early ${session}`)
  vi.advanceTimersByTime(59_000)
  end('late')
  expect(ended.size).toBe(2001)
  vi.advanceTimersByTime(1000)
  end('last')
  expect(ended.size).toBe(2)
  expect([ended.has('late'), ended.has('last')]).toEqual([true, true])
})
