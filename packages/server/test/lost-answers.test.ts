import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createHandler, type RoutesOptions } from '../src/index.js'
import { audience, rotatingEmulator } from './shared.js'
import { createServer, keepCookies, loggedIn } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const origin = 'http://localhost:3000'

/**
 * An application whose tenant rotates refresh tokens, with a user who has no token for the My Account API yet. So each
 * route refreshes first, and then its request to the API fails with `failure`.
 */
async function refreshThenFail(failure: unknown, options: RoutesOptions = {}) {
  const server = createServer(emulator, {
    async fetch(request) {
      if (request.url.includes('/me/v1/')) throw failure
      return fetch(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const handler = createHandler(server, options)
  const cookieOf = () => [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  return {
    async send(path: string, init: RequestInit = {}) {
      const headers = { cookie: cookieOf(), origin }
      const response = await handler(new Request(new URL(path, origin), { ...init, headers }))
      keepCookies(visitor.cookies, response.headers)
      return response
    },
    /** Refreshes on another machine: works only if the rotated refresh token has reached the browser. */
    refreshAgain: () =>
      visitor.request((store) => createServer(emulator).getAccessToken({ audience }, store)),
  }
}

const connect = { method: 'POST', body: new URLSearchParams({ connection: 'github' }) }
const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError')

test.for<[string, RequestInit, unknown, number, string]>([
  ['/connect', connect, new TypeError('fetch failed'), 502, 'tenant_unreachable'],
  ['/connect', connect, timeout, 504, 'tenant_timeout'],
  [
    '/me/v1/connected-accounts/accounts',
    {},
    new TypeError('fetch failed'),
    502,
    'tenant_unreachable',
  ],
  ['/me/v1/connected-accounts/accounts', {}, timeout, 504, 'tenant_timeout'],
])(
  '%s keeps a rotated refresh token if its next request fails (%#)',
  async ([path, init, failure, status, title]) => {
    const { send, refreshAgain } = await refreshThenFail(failure)
    const answer = await send(path, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ status, title })
    expect(answer.headers.getSetCookie().join()).toContain('ca-3000_session.0=')
    expect(await refreshAgain()).toHaveProperty('accessToken')
  },
)

test.for<[string, unknown, number, string]>([
  ['an error of the application', new Error('a bug'), 500, 'server_error'],
  ['a network failure', new TypeError('fetch failed'), 502, 'tenant_unreachable'],
])(
  'an onError that throws %s again does not lose the rotated refresh token, and the error is logged',
  async ([, failure, status, title]) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const { send, refreshAgain } = await refreshThenFail(failure, {
      onError(error) {
        throw error
      },
    })
    const answer = await send('/connect', connect)
    expect(answer.status).toBe(status)
    const problem = await answer.json()
    expect(problem).toMatchObject({ title })
    expect(JSON.stringify(problem)).not.toContain('a bug')
    expect(log).toHaveBeenCalledWith(failure)
    expect(await refreshAgain()).toHaveProperty('accessToken')
  },
)

test('an error of the application itself is left to its framework if no cookie was set', async () => {
  const bug = new Error('a bug')
  const server = createServer(emulator, {
    domain() {
      throw bug
    },
  })
  const handler = createHandler(server)
  await expect(handler(new Request(`${origin}/login`))).rejects.toBe(bug)
})

test('a browser that left gets no answer of onError', async () => {
  const browser = new AbortController()
  const seen: unknown[] = []
  const server = createServer(emulator, {
    domain() {
      browser.abort()
      throw browser.signal.reason
    },
  })
  const handler = createHandler(server, {
    onError: (error) => Response.json(seen.push(error)),
  })
  const answer = await handler(new Request(`${origin}/login`, { signal: browser.signal }))
  expect([answer.status, seen]).toEqual([499, []])
})
