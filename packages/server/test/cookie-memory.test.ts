import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ServerClient } from '../src/index.js'
import { createEndedSessions } from '../src/sessions/ended-sessions.js'
import { createFakeTenant, type FakeTenant } from './fake-tenant.js'
import { createVisitor, rejection, type Visitor } from './visitor.js'

// What a process remembers of sessions in cookies, and how much of it. Each test is a row of docs/cookie-sessions.md.
let tenant: FakeTenant
let server: ServerClient
/** Logins that were completed at `server`: that of Alice, and after it those of a thousand others. */
let alice: Login
let others: Login[]
beforeAll(async () => {
  tenant = await createFakeTenant()
  server = tenant.createServer()
  alice = await logIn('auth0|alice')
  others = []
  for (let user = 0; user < 1000; user += 1) others.push(await logIn(`auth0|${user}`))
}, 60_000)
beforeEach(() => void tenant.grants.splice(0))

const audience = 'https://api.example.test/'
const connection = 'github'
const userOf = (at: ServerClient, visitor: Visitor) => visitor.request((store) => at.getUser(store))
const tokenAt = (at: ServerClient, visitor: Visitor) =>
  visitor.request((store) => at.getAccessToken({ audience }, store))
const connectionTokenAt = (at: ServerClient, visitor: Visitor, loginHint = '') =>
  visitor.request((store) => at.getAccessTokenForConnection({ connection, loginHint }, store))
const logOut = (at: ServerClient, visitor: Visitor) =>
  visitor.request((store) => at.logout({}, store))

interface Login {
  /** The browser before the callback, and afterwards. */
  before: Map<string, string>
  after: Map<string, string>
  callbackUrl: URL
}

const browserWith = (cookies: Map<string, string>): Visitor =>
  Object.assign(createVisitor('https://tenant.example.test'), { cookies: new Map(cookies) })
const complete = (at: ServerClient, { before, callbackUrl }: Login) => {
  const visitor = browserWith(before)
  return visitor
    .request((store) => at.completeInteractiveLogin(callbackUrl, store))
    .then(() => visitor.cookies)
}

async function logIn(sub: string): Promise<Login> {
  const { request, cookies: before } = browserWith(new Map())
  const url = await request((store) => server.startInteractiveLogin({}, store))
  const login = { before, callbackUrl: tenant.logIn(url, sub) }
  return { ...login, after: await complete(server, { ...login, after: before }) }
}

/** Does something in the browsers of these logins, one after another. */
async function inEach(logins: Login[], work: (visitor: Visitor) => Promise<unknown>) {
  for (const { after } of logins) await work(browserWith(after))
}

/** Makes the clock of the platform go on. lru-cache asks it at most once in a millisecond. */
function passTime(milliseconds: number): void {
  const now = performance.now() + milliseconds
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => void vi.restoreAllMocks())
}

describe('ended sessions', () => {
  test('stay ended, however many other users refresh and log out', async () => {
    const at = tenant.createServer()
    await logOut(at, browserWith(alice.after))
    await inEach(others, async (visitor) => {
      await tokenAt(at, visitor)
      await logOut(at, visitor)
    })
    expect(await userOf(at, browserWith(alice.after))).toBeUndefined()
  })

  test('are forgotten when their cookies have expired', () => {
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

  test('are not known to another process: a copy of the cookie works there', async () => {
    await logOut(tenant.createServer(), browserWith(alice.after))
    expect(await userOf(tenant.createServer(), browserWith(alice.after))).toMatchObject({
      sub: 'auth0|alice',
    })
  })
})

describe('refreshed sessions', () => {
  test('are known to requests with an older cookie, for the 1000 that were refreshed last', async () => {
    const at = tenant.createServer()
    const token = await tokenAt(at, browserWith(alice.after))
    await inEach(others.slice(1), (visitor) => tokenAt(at, visitor))
    tenant.grants.length = 0
    expect(await tokenAt(at, browserWith(alice.after))).toEqual(token)
    expect(tenant.grants).toEqual([])
    await inEach(others, (visitor) => tokenAt(at, visitor)) // one more, and the others again
    tenant.grants.length = 0
    await tokenAt(at, browserWith(alice.after))
    expect(tenant.grants).toEqual(['refresh_token'])
  })

  test('are not forgotten for logins, whose cookies have all of them', async () => {
    const at = tenant.createServer()
    const token = await tokenAt(at, browserWith(alice.after))
    for (const other of others) await complete(at, other)
    expect(await tokenAt(at, browserWith(alice.after))).toEqual(token)
  })

  test('are not known to another process: it sends the refresh token of the older cookie', async () => {
    const token = await tokenAt(tenant.createServer(), browserWith(alice.after))
    expect(await tokenAt(tenant.createServer(), browserWith(alice.after))).not.toEqual(token)
    expect(tenant.grants).toEqual(['refresh_token', 'refresh_token'])
  })
})

describe('tokens of connections', () => {
  test('are cached for the 1000 users who asked last', async () => {
    const at = tenant.createServer()
    await connectionTokenAt(at, browserWith(alice.after))
    await inEach(others.slice(1), (visitor) => connectionTokenAt(at, visitor))
    tenant.grants.length = 0
    await connectionTokenAt(at, browserWith(alice.after))
    expect(tenant.grants).toEqual([])
    await inEach(others, (visitor) => connectionTokenAt(at, visitor))
    tenant.grants.length = 0
    await connectionTokenAt(at, browserWith(alice.after))
    expect(tenant.grants).toHaveLength(1)
  })

  test('are cached for each user up to 50, in all sessions', async () => {
    const at = tenant.createServer()
    const hints = Array.from({ length: 50 }, (_, index) => `hint ${index}`)
    for (const hint of hints) await connectionTokenAt(at, browserWith(alice.after), hint)
    tenant.grants.length = 0
    for (const hint of hints) await connectionTokenAt(at, browserWith(alice.after), hint)
    expect(tenant.grants).toEqual([])
    await connectionTokenAt(at, browserWith(alice.after), 'one more')
    await connectionTokenAt(at, browserWith(alice.after), hints[0])
    expect(tenant.grants).toHaveLength(2)
  })

  test('are exchanged again 30 seconds before they expire', async () => {
    const at = tenant.createServer()
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    await connectionTokenAt(at, browserWith(alice.after))
    vi.advanceTimersByTime(86_400_000 - 31_000)
    await connectionTokenAt(at, browserWith(alice.after))
    expect(tenant.grants).toHaveLength(1)
    vi.advanceTimersByTime(2000)
    await connectionTokenAt(at, browserWith(alice.after))
    expect(tenant.grants).toHaveLength(2)
  })

  test('are not known to another process: it exchanges its own', async () => {
    const token = await connectionTokenAt(tenant.createServer(), browserWith(alice.after))
    expect(await connectionTokenAt(tenant.createServer(), browserWith(alice.after))).not.toEqual(
      token,
    )
  })
})

describe('completed logins', () => {
  test('are remembered, the 1000 that were completed last: their codes are not sent again', async () => {
    const [first] = others
    if (first) await complete(server, first)
    expect(tenant.grants).toEqual([])
    await complete(server, alice)
    expect(tenant.grants).toEqual(['authorization_code'])
  })

  test('are forgotten after two minutes', async () => {
    const at = tenant.createServer()
    await complete(at, alice)
    passTime(119_000)
    await complete(at, alice)
    expect(tenant.grants).toEqual(['authorization_code'])
    passTime(2000)
    await expect
      .poll(() => complete(at, alice).then(() => tenant.grants))
      .toEqual(['authorization_code', 'authorization_code'])
  })

  test('are not known to another process: it sends the code again', async () => {
    await complete(tenant.createServer(), alice)
    expect(tenant.grants).toEqual(['authorization_code'])
  })
})

describe('refused refresh tokens', () => {
  const refusedAt = async (at: ServerClient, { after }: Login) => {
    expect(await rejection(tokenAt(at, browserWith(after)))).toMatchObject({
      code: 'invalid_grant',
    })
  }
  beforeEach(() => {
    tenant.isRefusing = true
    onTestFinished(() => {
      tenant.isRefusing = false
    })
  })

  test('are not sent again, the 1000 that were refused last', async () => {
    const at = tenant.createServer()
    await refusedAt(at, alice)
    for (const other of others.slice(1)) await refusedAt(at, other)
    await refusedAt(at, alice)
    expect(tenant.grants).toHaveLength(1000)
    for (const other of others) await refusedAt(at, other)
    tenant.grants.length = 0
    await refusedAt(at, alice)
    expect(tenant.grants).toHaveLength(1)
  })

  test('are sent again after a minute', async () => {
    const at = tenant.createServer()
    await refusedAt(at, alice)
    passTime(59_000)
    await refusedAt(at, alice)
    expect(tenant.grants).toHaveLength(1)
    passTime(2000)
    await expect.poll(() => refusedAt(at, alice).then(() => tenant.grants)).toHaveLength(2)
  })
})
