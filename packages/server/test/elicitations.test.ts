import { ConnectionRequiredError } from '@connected-accounts/client'
import { createEmulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createElicitations,
  type Elicitations,
  type ElicitationsOptions,
} from '../src/agents/index.js'
import { createHandler, type Route, type ServerClient } from '../src/index.js'
import { createBrowserAt, createStart } from './application.js'
import { memoryStore } from './shared.js'
import { createServer, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const start = createStart(emulator)
const connection = 'google-oauth2'
const readonly = 'https://www.googleapis.com/auth/calendar.readonly'
const required = new ConnectionRequiredError({
  connection,
  scopes: ['openid', readonly],
  reason: 'not_connected',
})
const alice = { user: 'auth0|alice', required }

/** An application with the page of elicitations. */
async function application(options: Partial<ElicitationsOptions> = {}) {
  let elicitations: Elicitations | undefined
  let server: ServerClient | undefined
  let handle: Route = () => Promise.reject(new Error('It has not started'))
  const origin = await start((created) => {
    server = created
    const handler = createHandler(created)
    handle = async (request) => {
      const { pathname } = new URL(request.url)
      if (!elicitations || pathname !== '/auth/elicitation') return handler(request)
      return elicitations.page(request)
    }
    return getRequestListener(handle)
  })
  if (!server) throw new Error('It has not started')
  elicitations = createElicitations(server, {
    url: `${origin}/auth/elicitation`,
    connections: { google: { connection, label: 'Google & Co' } },
    ...options,
  })
  return { origin, server, elicitations, handle, visit: () => createBrowserAt(emulator, origin) }
}

type App = Awaited<ReturnType<typeof application>>
type BrowserAt = ReturnType<App['visit']>

const press = (
  browser: BrowserAt,
  { url, elicitationId }: { url: string; elicitationId: string },
) => browser.post(url, { id: elicitationId })

/** Does what the person does: presses the button, allows at the provider, and comes back. */
async function connectBy(browser: BrowserAt, elicitation: { url: string; elicitationId: string }) {
  const callback = await browser.visitor.connect(await press(browser, elicitation))
  return browser.locationOf(browser.send(callback.href))
}

const pageOf = async (browser: BrowserAt, url: string) => {
  const response = await browser.send(url, { headers: { accept: 'text/html' } })
  return { status: response.status, headers: response.headers, html: await response.text() }
}

describe('an elicitation', () => {
  test('leads its user to the provider, and is complete when the account is connected', async () => {
    const { elicitations, visit } = await application()
    const elicitation = await elicitations.create(alice)
    expect(elicitation).toMatchObject({
      mode: 'url',
      message: expect.stringContaining('Google & Co'),
    })
    const completed = elicitations.completed(elicitation.elicitationId)
    const browser = visit()
    await browser.logIn()
    const before = await pageOf(browser, elicitation.url)
    expect(before.status).toBe(200)
    expect(before.html).toContain('<h1>Connect Google &#38; Co?</h1>')
    expect(await connectBy(browser, elicitation)).toBe(elicitation.url)
    expect(await completed).toBe(true)
    expect((await pageOf(browser, elicitation.url)).html).toContain('is connected</h1>')
  })

  test('asks for the scopes of the error, and keeps those that the account has', async () => {
    await emulator.seed({ user_id: 'auth0|alice', connection })
    const { elicitations, visit, server } = await application()
    const more = new ConnectionRequiredError({
      connection,
      scopes: ['https://www.googleapis.com/auth/drive.file'],
      reason: 'missing_scopes',
    })
    const elicitation = await elicitations.create({ user: 'auth0|alice', required: more })
    const browser = visit()
    await browser.logIn()
    await connectBy(browser, elicitation)
    const { accounts } = await browser.visitor.request((store) =>
      server.listConnectedAccounts({ connection }, store),
    )
    expect(
      accounts.some(
        ({ scopes }) => scopes.includes(readonly) && scopes.includes(more.scopes[0] ?? ''),
      ),
    ).toBe(true)
  })

  test('leads to the login first if nobody is logged in, and then back to itself', async () => {
    const { elicitations, visit } = await application()
    const { url } = await elicitations.create(alice)
    const browser = visit()
    const login = await browser.locationOf(browser.send(url))
    const tenant = await browser.locationOf(browser.send(login))
    const callback = await browser.visitor.logIn(tenant)
    expect(await browser.locationOf(browser.send(callback.href))).toBe(url)
  })

  test('is of no use to another user, who is told so: neither its page nor its form', async () => {
    const { elicitations, visit } = await application()
    const elicitation = await elicitations.create({ ...alice, user: 'auth0|bob' })
    const browser = visit()
    await browser.logIn()
    const page = await pageOf(browser, elicitation.url)
    expect(page.status).toBe(403)
    expect(page.html).toContain('This link is for somebody else')
    expect(page.html).not.toContain('<form')
    expect(await press(browser, elicitation)).toBe('')
  })

  test('is not completed by a flow of another user who knows its id', async () => {
    const { elicitations, visit, server } = await application()
    const elicitation = await elicitations.create({ ...alice, user: 'auth0|bob' })
    const browser = visit()
    await browser.logIn()
    const appState = { elicitationId: elicitation.elicitationId }
    const url = await browser.visitor.request((store) =>
      server.startConnectAccount({ connection, appState }, store),
    )
    const callback = await browser.visitor.connect(url)
    await browser.send(callback.href)
    const waiting = elicitations.completed(elicitation.elicitationId, {
      signal: AbortSignal.timeout(700),
    })
    expect(await rejection(waiting)).toMatchObject({ name: 'TimeoutError' })
  })

  test('works once: afterwards its form starts nothing', async () => {
    const { elicitations, visit } = await application()
    const elicitation = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    await connectBy(browser, elicitation)
    expect(await press(browser, elicitation)).toBe('')
  })

  test('expires', async () => {
    const { elicitations, visit } = await application({ lifetime: 60 })
    const elicitation = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect((await pageOf(browser, elicitation.url)).status).toBe(404)
    expect(await press(browser, elicitation)).toBe('')
    expect(await elicitations.completed(elicitation.elicitationId)).toBe(false)
  })

  test.for(['unknown', '', 'x'.repeat(43)])(
    'with the id %j, which nobody has created: 404',
    async (id) => {
      const { visit, origin } = await application()
      const browser = visit()
      await browser.logIn()
      expect((await pageOf(browser, `${origin}/auth/elicitation?id=${id}`)).status).toBe(404)
    },
  )

  test('can be tried again after the person has cancelled at the provider', async () => {
    const { elicitations, visit, handle } = await application()
    const elicitation = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    const cancelled = await browser.visitor.connect(await press(browser, elicitation), {
      decision: 'cancel',
    })
    // As a browser navigates: the runtime's own fetch says that it does not.
    const cookie = [...browser.visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await handle(
      new Request(cancelled, { headers: { cookie, accept: 'text/html' } }),
    )
    const back = answer.headers.get('location') ?? ''
    expect(back).toContain('auth_error=access_denied')
    expect((await pageOf(browser, back)).html).toContain('The account was not connected')
    await connectBy(browser, elicitation)
    expect(await elicitations.completed(elicitation.elicitationId)).toBe(true)
  })

  test('is not started by a link, nor by the form of another site', async () => {
    const { elicitations, visit } = await application()
    const elicitation = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    const body = new URLSearchParams({ id: elicitation.elicitationId })
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const answer = await browser.send(elicitation.url, { method: 'POST', body, headers })
    expect(answer.status).toBe(403)
    expect((await browser.send(elicitation.url, { method: 'PUT' })).status).toBe(405)
  })

  test('has a random id each time', async () => {
    const { elicitations } = await application()
    const ids = new Set<string>()
    for (let count = 0; count < 20; count += 1)
      ids.add((await elicitations.create(alice)).elicitationId)
    expect(ids.size).toBe(20)
    for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/)
  })

  test('whose store is away does not keep its account from being reported as connected', async () => {
    const { keyv, kept } = memoryStore()
    let isAway = false
    const unlessAway = async <T>(work: () => Promise<T>) => {
      if (isAway) throw new Error('The store is away')
      return work()
    }
    const store = {
      get: (key: string) => unlessAway(() => keyv.get<string>(key)),
      set: (key: string, value: string) => unlessAway(() => keyv.set(key, value)),
      delete: (key: string) => unlessAway(() => keyv.delete(key)),
    }
    const { elicitations, visit } = await application({ store })
    const elicitation = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    const callback = await browser.visitor.connect(await press(browser, elicitation))
    isAway = true
    expect(await browser.locationOf(browser.send(callback.href))).toBe(elicitation.url)
    expect(kept.size).toBeGreaterThan(0)
  })

  test('is kept in a store for several processes, sealed and without its id', async () => {
    const { keyv: store, kept } = memoryStore()
    const { elicitations, visit, origin } = await application({ store })
    const agent = createElicitations(
      createServer(emulator, { authorizationParams: { redirect_uri: `${origin}/auth/callback` } }),
      { url: `${origin}/auth/elicitation`, store },
    )
    const elicitation = await agent.create(alice)
    const written = JSON.stringify([...kept])
    for (const secret of [elicitation.elicitationId, 'auth0|alice', connection]) {
      expect(written).not.toContain(secret)
    }
    const browser = visit()
    await browser.logIn()
    await connectBy(browser, elicitation)
    expect(await agent.completed(elicitation.elicitationId)).toBe(true)
    expect(await elicitations.completed('unknown')).toBe(false)
  })

  test.for([
    ['not_connected', /needs your Google/],
    ['expired', /has expired/],
    ['missing_scopes', /needs more access/],
    ['revoked', /has ended/],
  ] as const)('tells the person why: %s', async ([reason, words]) => {
    const { elicitations } = await application()
    const error = new ConnectionRequiredError({ connection, scopes: [], reason })
    const { message } = await elicitations.create({ user: 'auth0|alice', required: error })
    expect(message).toMatch(words)
  })

  test('its page runs no script, is in no frame, and is in no cache', async () => {
    const { elicitations, visit } = await application()
    const { url } = await elicitations.create(alice)
    const browser = visit()
    await browser.logIn()
    const { headers } = await pageOf(browser, url)
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    )
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

test.for<[name: string, options: Record<string, unknown>]>([
  ['url', { url: '/auth/elicitation' }],
  ['url', { url: 'https://elsewhere.example/auth/elicitation' }],
  ['url', { url: 'http://localhost:3000/auth/elicitation?id=1' }],
  ['lifetime', { lifetime: 0 }],
  ['lifetime', { lifetime: 86_401 }],
])('a wrong option is refused at once: %s, %j', ([name, wrong]) => {
  const url = 'http://localhost:3000/auth/elicitation'
  const create = (options: object) => () =>
    createElicitations(createServer(emulator), { url, ...options })
  expect(create({ lifetime: 86_400 })).not.toThrow()
  expect(create(wrong)).toThrow(new RegExp(`^${name}`))
})

test('a user is needed', async () => {
  const { elicitations } = await application()
  expect(await rejection(elicitations.create({ ...alice, user: '' }))).toBeInstanceOf(TypeError)
})
