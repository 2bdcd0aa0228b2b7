import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createHandler,
  createRoutes,
  type Route,
  type RoutesOptions,
  type ServerClient,
  type ServerClientOptions,
  type StoreOptions,
} from '../src/index.js'
import { createServer, createVisitor, keepCookies, loggedIn, type Visitor } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const origin = 'http://localhost:3000'
const asPerson = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
}
const programs: [string, Record<string, string>][] = [
  ['a program that accepts anything', { accept: '*/*' }],
  ['a program that accepts JSON', { accept: 'application/json' }],
  ['fetch() that accepts HTML', { accept: 'text/html', 'sec-fetch-mode': 'cors' }],
]

interface Sending {
  headers?: Record<string, string>
  body?: Record<string, string>
}

/** An application, and a browser in front of it. */
function open(server: ServerClient, visitor: Visitor, options: RoutesOptions = {}) {
  const handler = createHandler(server, options)
  const send = (path: string, sending?: Sending) => sendTo(handler, visitor, path, sending)
  return {
    ...{ visitor, send },
    /** Starts a login or a connect flow. Returns the URL that the browser goes to. */
    async start(path: string, body?: Record<string, string>) {
      const answer = await send(path, body ? { body } : {})
      return answer.headers.get('location') ?? ''
    },
  }
}

async function sendTo(route: Route, visitor: Visitor, path: string, sending: Sending = {}) {
  const { headers = asPerson, body } = sending
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const form = body && { method: 'POST', body: new URLSearchParams(body) }
  const request = new Request(new URL(path, origin), {
    ...form,
    headers: { ...headers, origin, cookie },
  })
  const answer = await route(request)
  keepCookies(visitor.cookies, answer.headers)
  return answer
}

const newcomer = (options: Partial<ServerClientOptions> = {}, routes?: RoutesOptions) =>
  open(createServer(emulator, options), createVisitor(emulator.url), routes)

async function user(options: Partial<ServerClientOptions> = {}, routes?: RoutesOptions) {
  const server = createServer(emulator, options)
  return open(server, await loggedIn(server, emulator.url), routes)
}

/** The callback of a login that an Action has refused. */
async function refusedLogin({ start }: ReturnType<typeof open>, returnTo = '/inbox') {
  const url = new URL(await start(`/login?returnTo=${encodeURIComponent(returnTo)}`))
  const params = { error: 'access_denied', error_description: '<b>Call 555-0100</b>' }
  const state = url.searchParams.get('state') ?? ''
  return `/callback?${new URLSearchParams({ ...params, state, iss: `${emulator.url}/` })}`
}

/** The callback of a connect flow that the person has cancelled. */
async function cancelledConnect({ start, visitor }: ReturnType<typeof open>, returnTo?: string) {
  const url = await start('/connect', { connection: 'github', ...(returnTo && { returnTo }) })
  return (await visitor.connect(url, { decision: 'cancel' })).href
}

const linksOf = (html: string) =>
  [...html.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)].map(([, href, text]) => [text, href])

describe('a person who cancels at the provider', () => {
  test.for([
    ['/accounts', '/accounts?auth_error=access_denied'],
    ['/accounts?q=a%20b&q=c+d#top', '/accounts?q=a%20b&q=c+d&auth_error=access_denied#top'],
    ['/accounts?auth_error=expired', '/accounts?auth_error=access_denied'],
  ])('is taken from %s back to %s', async ([returnTo = '', expected]) => {
    const browser = await user()
    const answer = await browser.send(await cancelledConnect(browser, returnTo))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, origin + expected])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect([...browser.visitor.cookies.keys()]).toEqual(['ca-3000_session.0'])
  })

  test('has no code in the URL any more when the next flow succeeds', async () => {
    const { start, visitor, send } = await user()
    const returnTo = '/accounts?auth_error=access_denied&tab=2'
    const connected = await visitor.connect(
      await start('/connect', { connection: 'github', returnTo }),
    )
    const answer = await send(connected.href)
    expect(answer.headers.get('location')).toBe(`${origin}/accounts?tab=2`)
  })

  test('gets a page if the flow has no returnTo', async () => {
    const server = createServer(emulator)
    const visitor = await loggedIn(server, emulator.url)
    const options = { connection: 'github' }
    const url = await visitor.request((store) => server.startConnectAccount(options, store))
    const callback = await visitor.connect(url, { decision: 'cancel' })
    const answer = await open(server, visitor).send(callback.href)
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('The account was not connected'),
    ])
  })
})

describe('a person whose login is refused', () => {
  test('gets a page with the way on, because the page they came from may send them to the login again', async () => {
    const browser = newcomer()
    const answer = await browser.send(await refusedLogin(browser))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=utf-8',
    ])
    const html = await answer.text()
    expect(html).toContain('<h1>You are not logged in</h1>')
    expect(html).toContain('<code>access_denied</code>')
    expect(linksOf(html)).toEqual([
      ['Log in', `${origin}/login?returnTo=%2Finbox`],
      ['Back to the application', `${origin}/`],
    ])
  })

  test('is taken back if they were logged in before, and still are', async () => {
    const browser = await user()
    const answer = await browser.send(await refusedLogin(browser))
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `${origin}/inbox?auth_error=access_denied`,
    ])
  })

  test('is led nowhere else by a returnTo of another origin that the application itself kept', async () => {
    for (const isUser of [false, true]) {
      const server = createServer(emulator)
      const visitor = isUser ? await loggedIn(server, emulator.url) : createVisitor(emulator.url)
      const options = { appState: { returnTo: 'https://evil.example/' } }
      const url = await visitor.request((store) => server.startInteractiveLogin(options, store))
      const state = new URL(url).searchParams.get('state')
      const callback = `/callback?error=access_denied&state=${state}&iss=${emulator.url}/`
      const answer = await open(server, visitor).send(callback)
      if (isUser) expect(answer.headers.get('location')).toBe(`${origin}/?auth_error=access_denied`)
      else expect(linksOf(await answer.text())[0]).toEqual(['Log in', `${origin}/login`])
    }
  })

  test('gets no link to a login whose path is not known', async () => {
    const { login, callback } = createRoutes(createServer(emulator))
    const visitor = createVisitor(emulator.url)
    const started = await sendTo(login, visitor, '/login')
    const state = new URL(started.headers.get('location') ?? '').searchParams.get('state')
    const url = `/callback?error=access_denied&state=${state}&iss=${emulator.url}/`
    const html = await (await sendTo(callback, visitor, url)).text()
    expect(linksOf(html)).toEqual([['Back to the application', `${origin}/`]])
  })
})

test('a person who goes back to a login that was completed is taken to the application', async () => {
  const { start, visitor, send } = newcomer()
  const { href } = await visitor.logIn(await start('/login?returnTo=/inbox'))
  expect((await send(href)).headers.get('location')).toBe(`${origin}/inbox`)
  const again = await send(href)
  expect([again.status, again.headers.get('location')]).toEqual([303, `${origin}/`])
})

test.for(programs)('%s gets a problem', async ([, headers]) => {
  const browser = await user()
  const cancelled = await browser.send(await cancelledConnect(browser, '/accounts'), { headers })
  expect(cancelled.status).toBe(400)
  expect(await cancelled.json()).toMatchObject({ title: 'access_denied' })
  expect(cancelled.headers.get('vary')).toContain('accept')
  const unknown = await browser.send('/callback?state=login.unknown&code=c', { headers })
  expect(await unknown.json()).toMatchObject({ title: 'unknown_state' })
})

describe('the page', () => {
  test('runs no script, is in no frame, and sends the URL with the code nowhere', async () => {
    const browser = newcomer()
    const { headers } = await browser.send(await refusedLogin(browser))
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('has no text of a request that is not escaped', async () => {
    const browser = newcomer()
    const mark = '"><script>alert(1)</script>'
    const returnTo = `/inbox?q=${mark}`
    const pages = [
      await browser.send(await refusedLogin(browser, returnTo)),
      await browser.send(`/callback?state=login.${encodeURIComponent(mark)}&code=c`),
      await browser.send(`/${encodeURIComponent(mark)}`),
      await browser.send(`/login?returnTo=${encodeURIComponent(`//${mark}`)}`),
      await browser.send('/connect', { body: { [mark]: mark } }),
    ]
    for (const page of pages) {
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      const html = await page.text()
      expect(html).not.toContain('<script')
      expect(html).not.toContain('555-0100')
    }
  })

  test.for<[string, string, number, string]>([
    [
      '/callback?state=login.unknown&code=c',
      'unknown_state',
      400,
      `The application is at ${origin}.`,
    ],
    [
      '/callback?state=connect.unknown&connect_code=c',
      'missing_session',
      401,
      'Your session has ended.',
    ],
    ['/callback', 'not_a_callback', 400, 'Something went wrong.'],
    ['/logout', 'wrong_method', 405, 'Use the button in the application.'],
    ['/login?returnTo=//evil.example', 'bad_return_to', 400, 'Something went wrong.'],
    ['/elsewhere', 'not_found', 404, 'Something went wrong.'],
  ])('says for %s what happened: %s', async ([path, code, status, words]) => {
    const answer = await newcomer().send(path)
    const html = await answer.text()
    expect(answer.status).toBe(status)
    expect(html).toContain(`<code>${code}</code>`)
    expect(html).toContain(words)
  })

  const isAway = () => Promise.reject(new TypeError('fetch failed'))

  test('leads to another login if the tenant was away, as a login works only once', async () => {
    const answer = await newcomer({ fetch: isAway }).send('/login?returnTo=/inbox')
    const html = await answer.text()
    expect(answer.status).toBe(502)
    expect(html).toContain('Wait a minute')
    expect(linksOf(html)[0]).toEqual(['Log in', `${origin}/login?returnTo=%2Finbox`])
  })

  test('can be loaded again if the tenant was away when an account came back', async () => {
    let away = false
    const { start, visitor, send } = await user({
      fetch: (request) => (away ? isAway() : fetch(request)),
    })
    const returnTo = '/accounts'
    const { href } = await visitor.connect(
      await start('/connect', { connection: 'github', returnTo }),
    )
    away = true
    const answer = await send(href)
    expect(answer.status).toBe(502)
    expect(linksOf(await answer.text())[0]).toEqual(['Try again', ''])
    away = false
    expect((await send(href)).headers.get('location')).toBe(`${origin}/accounts`)
  })

  test('keeps the header that says when to try again', async () => {
    const browser = await user()
    const headers = { 'retry-after': '7' }
    emulator.failNext('createConnectedAccountRequest', { status: 429, headers })
    const answer = await browser.send('/connect', { body: { connection: 'github' } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await answer.text()).toContain('Wait a minute')
  })
})

describe('onError', () => {
  const location = '/sorry'

  test('decides before a page or a redirect', async () => {
    const onError = () => new Response(null, { status: 303, headers: { location } })
    for (const browser of [newcomer({}, { onError }), await user({}, { onError })]) {
      const answer = await browser.send(await refusedLogin(browser))
      expect(answer.headers.get('location')).toBe(location)
    }
  })

  test('may throw a Response, as some frameworks redirect: it gets the cookies', async () => {
    const browser = newcomer(
      {},
      {
        onError() {
          throw new Response(null, { status: 303, headers: { location } })
        },
      },
    )
    const answer = await browser.send(await refusedLogin(browser))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
    expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')])
  })

  test('may throw what its framework takes for a redirect, if only the flow would be removed', async () => {
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), {
      digest: 'NEXT_REDIRECT;replace;/sorry;307;',
    })
    const browser = newcomer(
      {},
      {
        onError() {
          throw redirect
        },
      },
    )
    const answer = browser.send(await refusedLogin(browser))
    await expect(answer).rejects.toBe(redirect)
  })

  const fails: [string, () => Response][] = [
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['returns no Response', () => undefined as unknown as Response], // as JavaScript can
  ]

  /** Sends a logout that fails after the session is removed. `onError` fails, too. */
  async function logoutThatFailsTwice(onError: () => Response, headers: Record<string, string>) {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const domain = ({ request }: StoreOptions) =>
      request.headers.has('x-bug') ? '' : emulator.domain
    const { send, visitor } = await user({ domain }, { onError })
    const answer = await send('/logout', { body: {}, headers: { ...headers, 'x-bug': '1' } })
    return { answer, visitor, log }
  }

  test.for(fails)(
    'that %s keeps cookies that must arrive from a framework that would drop them',
    async ([, onError]) => {
      const { answer, visitor, log } = await logoutThatFailsTwice(onError, asPerson)
      expect(answer.status).toBe(500)
      expect(await answer.text()).toContain('<code>server_error</code>')
      expect(visitor.cookies.size).toBe(0)
      expect(log).toHaveBeenCalledWith(expect.any(Error))
    },
  )

  test.for(fails)('that %s answers a program with a problem, too', async ([, onError]) => {
    const accept = 'application/json'
    const { answer, visitor } = await logoutThatFailsTwice(onError, { accept })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({
      type: 'urn:connected-accounts:server_error',
      title: 'server_error',
      status: 500,
    })
    expect(visitor.cookies.size).toBe(0)
  })
})
