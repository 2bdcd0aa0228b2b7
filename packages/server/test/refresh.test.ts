import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerClientOptions } from '../src/index.js'
import { createGate } from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const audience = 'https://api.example.test/'
const rotating = tenantWithWeb(defaultTenant(), ({ refresh_token }) => {
  refresh_token.rotation_type = 'rotating'
  refresh_token.leeway = 0
})
const emulator = await createEmulator({ port: 0, tenant: rotating })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

/** A server of which each refresh is answered by `answer`, and the refresh tokens that it has sent. */
function createObserved(of: Emulator, options: Partial<ServerClientOptions> = {}) {
  const sent: string[] = []
  const replies: Response[] = []
  const observed = { answer: (request: Request) => fetch(request), sent, replies }
  const server = createServer(of, {
    ...options,
    async fetch(request) {
      const form = new URLSearchParams(
        request.method === 'POST' ? await request.clone().text() : '',
      )
      if (form.get('grant_type') !== 'refresh_token') return fetch(request)
      sent.push(form.get('refresh_token') ?? '')
      const response = await observed.answer(request)
      replies.push(response.clone())
      return response
    },
  })
  const get = (visitor: Visitor, more = {}) =>
    visitor.request((store) => server.getAccessToken({ audience, ...more }, store))
  return Object.assign(observed, { server, get })
}

describe('the ID token of a refresh (OpenID Connect Core §12.2)', () => {
  test.for([
    ['of another user', { email: 'bob@example.test' }],
    ['of the same user in an organization', { organization: 'org_example' }],
  ] as const)('%s is refused, and nothing of the answer is kept', async ([, { ...other }]) => {
    const observed = createObserved(emulator)
    const { server, get, sent } = observed
    const stranger = await logInAs(other, observed.server)
    await get(stranger)
    const [theirs] = observed.replies
    expect(await theirs?.clone().json()).toHaveProperty('id_token')
    const alice = await loggedIn(server, emulator.url)
    observed.answer = async () => theirs?.clone() ?? Response.error()
    expect(await rejection(get(alice))).toMatchObject({
      name: 'TokenError',
      code: 'unexpected_response',
      message: expect.stringContaining('another user'),
    })
    observed.answer = (request) => fetch(request)
    await get(alice)
    const [, first, second] = sent
    expect(second).toBe(first)
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  async function logInAs(
    { email, organization }: { email?: string; organization?: string },
    server: ReturnType<typeof createServer>,
  ): Promise<Visitor> {
    const visitor = createVisitor(emulator.url)
    const url = await visitor.request((store) =>
      server.startInteractiveLogin({ authorizationParams: { organization } }, store),
    )
    const callbackUrl = await visitor.logIn(url, email)
    await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
    return visitor
  }
})

test('ten late rejections of one dead token make one refresh', async () => {
  const { server, get, sent } = createObserved(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const { accessToken: rejectedToken } = await get(visitor)
  // Without a jti, tokens of the same second are the same.
  emulator.clock.advance(1)
  const renewed = await get(visitor, { forceRefresh: true, rejectedToken })
  expect(renewed.accessToken).not.toBe(rejectedToken)
  for (let late = 0; late < 10; late += 1) {
    expect(await get(visitor, { forceRefresh: true, rejectedToken })).toEqual(renewed)
  }
  expect(sent).toHaveLength(2)
  emulator.clock.advance(1)
  const again = { forceRefresh: true, rejectedToken: renewed.accessToken }
  expect(await get(visitor, again)).not.toEqual(renewed)
})

test('fifty requests with a dead refresh token make one grant, and a new login works', async () => {
  const observed = createObserved(emulator)
  const { server, get, sent } = observed
  const visitor = await loggedIn(server, emulator.url)
  observed.answer = async () => Response.json({ error: 'invalid_grant' }, { status: 403 })
  const errors = await Promise.all(Array.from({ length: 50 }, () => rejection(get(visitor))))
  for (const error of errors) expect(error).toMatchObject({ code: 'invalid_grant' })
  expect(await rejection(get(visitor))).toMatchObject({ code: 'invalid_grant' })
  expect(sent).toHaveLength(1)
  observed.answer = (request) => fetch(request)
  expect(await get(await loggedIn(server, emulator.url))).toHaveProperty('accessToken')
})

describe("the tenant's keys", () => {
  const keysUrl = `${emulator.url}/.well-known/jwks.json`
  const broken: Record<string, () => Promise<Response>> = {
    'fail with a network error': () => Promise.reject(new TypeError('fetch failed')),
    'are not JSON': async () => new Response('<html>'),
    'are not keys': async () => Response.json({ keys: 'x' }),
    'never come': () => new Promise<never>(() => {}),
    'are away': async () => new Response(null, { status: 503 }),
  }

  test('are fetched once, while the person logs in', async () => {
    const events: string[] = []
    const server = createServer(emulator, {
      fetch(request) {
        if (request.url === keysUrl) events.push('keys')
        if (request.url.endsWith('/oauth/token')) events.push('grant')
        return fetch(request)
      },
    })
    const visitor = await loggedIn(server, emulator.url)
    await visitor.request((store) => server.getAccessToken({ audience }, store))
    expect(events).toEqual(['keys', 'grant', 'grant'])
  })

  test('are fetched while the code is exchanged if another process has started the login', async () => {
    const gate = createGate()
    let hasKeys = false
    const other = createServer(emulator, {
      async fetch(request) {
        if (request.url === keysUrl) hasKeys = true
        if (request.url.endsWith('/oauth/token')) await gate.pass()
        return fetch(request)
      },
    })
    const visitor = createVisitor(emulator.url)
    const server = createServer(emulator)
    const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
    const callbackUrl = await visitor.logIn(url)
    const completed = visitor.request((store) => other.completeInteractiveLogin(callbackUrl, store))
    await gate.reached
    await expect.poll(() => hasKeys).toBe(true)
    gate.open()
    expect((await completed).user.sub).toBe('auth0|alice')
  })

  test.for(Object.keys(broken))('that %s at the first try do not fail the login', async (name) => {
    let tries = 0
    const server = createServer(emulator, {
      fetch: (request) => {
        if (request.url !== keysUrl) return fetch(request)
        tries += 1
        return tries === 1 ? (broken[name]?.() ?? fetch(request)) : fetch(request)
      },
    })
    const visitor = await loggedIn(server, emulator.url)
    expect(await visitor.request((store) => server.getUser(store))).toBeTruthy()
    expect(tries).toBe(2)
  })
})
