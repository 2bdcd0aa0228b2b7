import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createHandler, type RoutesOptions, type ServerClient } from '../src/index.js'
import { createMachines, memoryStore } from './shared.js'
import { createServer, keepCookies, loggedIn, type Visitor } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const origin = 'http://localhost:3000'
const asPerson = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

interface Sending {
  method?: string
  headers?: Record<string, string>
  body?: BodyInit
}

/** A browser in front of an application, by default in which Alice is logged in. */
async function open(options: RoutesOptions = {}, server: ServerClient = createServer(emulator)) {
  const visitor: Visitor = await loggedIn(server, emulator.url)
  const handler = createHandler(server, options)
  async function send(path: string, { headers, ...init }: Sending = {}) {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const all = { origin, cookie, ...headers }
    const more = init.body instanceof ReadableStream ? { duplex: 'half' } : {}
    const request = new Request(new URL(path, origin), { ...init, ...more, headers: all })
    const answer = await handler(request)
    keepCookies(visitor.cookies, answer.headers)
    return answer
  }
  return { visitor, send }
}

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})

test.for<[string, number, string, Sending]>([
  ['not_found', 404, '/elsewhere', {}],
  ['wrong_method', 405, '/logout', {}],
  ['uri_too_long', 414, `/login?x=${'x'.repeat(8001)}`, {}],
  ['other_origin', 403, '/logout', { ...form({}), headers: { origin: 'http://evil.example' } }],
  ['not_a_form', 415, '/logout', { method: 'POST', body: '{}' }],
  ['not_a_form', 415, '/logout', { method: 'POST', body: new Blob(['returnTo=/']).stream() }],
  ['body_too_large', 413, '/logout', form({ returnTo: '/'.repeat(8193) })],
  [
    'body_too_large',
    413,
    '/logout',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new Blob(['x='.padEnd(8193, 'x')]).stream(), // without a content-length
    },
  ],
])('%s is a problem with %i of that type', async ([title, status, path, sending]) => {
  const { send } = await open()
  const answer = await send(path, sending)
  const type = `urn:connected-accounts:${title}`
  expect(answer.status).toBe(status)
  expect(await answer.json()).toEqual({ type, title, status, detail: expect.any(String) })
})

test('a URL may have 8000 characters, and no more', async () => {
  const { send } = await open()
  const url = (length: number) => `${origin}/login?x=`.padEnd(length, 'x')
  expect((await send(url(8000))).status).toBe(303)
  expect((await send(url(8001))).status).toBe(414)
})

test('the answer of onError keeps its cookies and gets those of the route', async () => {
  const { visitor, send } = await open({
    onError() {
      const headers = { 'set-cookie': 'own=1', 'x-content-type-options': 'wrong', 'x-own': '1' }
      return new Response('sorry', { status: 418, headers })
    },
  })
  const started = await send('/connect', form({ connection: 'github' }))
  const location = started.headers.get('location') ?? ''
  const { href } = await visitor.connect(location, { decision: 'cancel' })
  const answer = await send(href)
  expect(answer.headers.getSetCookie()).toEqual(['own=1', expect.stringContaining('Max-Age=0')])
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect([answer.headers.get('x-own'), await answer.text()]).toEqual(['1', 'sorry'])
})

describe('what a page offers to a person', () => {
  const linksOf = async (answer: Response) => {
    const links = (await answer.text()).matchAll(/<a href="[^"]*">([^<]*)<\/a>/g)
    return [...links].map(([, text]) => text)
  }
  const start = async ({ visitor, send }: Awaited<ReturnType<typeof open>>) => {
    const started = await send('/connect', form({ connection: 'github' }))
    return (await visitor.connect(started.headers.get('location') ?? '')).href
  }
  const headers = asPerson

  test('after a 429 or a 404 of a form, only the way back', async () => {
    const { send } = await open()
    emulator.failNext('createConnectedAccountRequest', { status: 429 })
    const limited = await send('/connect', { ...form({ connection: 'github' }), headers })
    expect([limited.status, await linksOf(limited)]).toEqual([429, ['Back to the application']])
    const unknown = await send('/connect', { ...form({ connection: 'nowhere' }), headers })
    expect([unknown.status, await linksOf(unknown)]).toEqual([404, ['Back to the application']])
  })

  test('without a session, another login', async () => {
    const browser = await open()
    const href = await start(browser)
    browser.visitor.cookies.clear()
    const answer = await browser.send(href, { headers })
    expect([answer.status, await linksOf(answer)]).toEqual([
      401,
      ['Log in', 'Back to the application'],
    ])
  })

  test('after a 429 of a connect callback, another try', async () => {
    const browser = await open()
    const href = await start(browser)
    emulator.failNext('completeConnectedAccountRequest', { status: 429 })
    const answer = await browser.send(href, { headers })
    expect([answer.status, await linksOf(answer)]).toEqual([
      429,
      ['Try again', 'Back to the application'],
    ])
  })

  test('after a 500, which stays, only the way back', async () => {
    const { kept, keyv } = memoryStore()
    const browser = await open({}, createMachines(emulator, { store: keyv }).one)
    const href = await start(browser)
    for (const key of kept.keys()) kept.set(key, JSON.stringify({ value: 'damaged' }))
    const answer = await browser.send(href, { headers })
    expect([answer.status, await linksOf(answer)]).toEqual([500, ['Back to the application']])
  })
})
