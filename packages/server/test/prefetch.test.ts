import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { createRoutes } from '../src/index.js'
import { createServer, createVisitor, keepCookies } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const origin = 'http://localhost:3000'
const navigation = {
  accept: 'text/html,*/*;q=0.8',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
}
const scripted = { accept: '*/*', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }

/** A browser with a login that is under way. */
async function startedLogin() {
  const { login, callback } = createRoutes(createServer(emulator))
  const visitor = createVisitor(emulator.url)
  const send = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const route = path.startsWith('/login') ? login : callback
    const url = new URL(path, origin)
    const answer = await route(new Request(url, { method, headers: { ...headers, cookie } }))
    keepCookies(visitor.cookies, answer.headers)
    return answer
  }
  const started = await send('/login', navigation)
  return { visitor, send, url: started.headers.get('location') ?? '' }
}

test.for<[string, Record<string, string>]>([
  ['a <link rel="prefetch">', { ...scripted, 'sec-purpose': 'prefetch' }],
  ['a speculation rule', { ...navigation, 'sec-purpose': 'prefetch' }],
  ['a prerender', { ...navigation, 'sec-purpose': 'prefetch;prerender' }],
  ['an older Chrome', { ...navigation, purpose: 'prefetch' }],
  ['an older Firefox', { 'x-moz': 'prefetch' }],
  ['an older Safari', { 'x-purpose': 'preview' }],
  ['Turbo', { 'x-sec-purpose': 'prefetch' }],
  ['a <Link> of Next.js', { rsc: '1', 'next-router-prefetch': '1' }],
  ['a <Link> of Next.js, by segments', { 'next-router-segment-prefetch': '/_tree' }],
  ['a click on a <Link> of Next.js, which navigates next', { rsc: '1' }],
  ['a <Link> of the pages router', { 'x-middleware-prefetch': '1' }],
  ['a click on a <Link> of the pages router', { 'x-nextjs-data': '1' }],
])('GET is safe: %s starts no login and completes none (RFC 9110 §9.2.1)', async ([, headers]) => {
  const { visitor, send, url } = await startedLogin()
  const before = new Map(visitor.cookies)
  const { pathname, search } = await visitor.logIn(url)
  for (const path of ['/login', pathname + search]) {
    const answer = await send(path, headers)
    expect([answer.status, answer.headers.has('location')]).toEqual([403, false])
    expect(await answer.text()).toContain('not_a_navigation')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('vary')).toContain('sec-purpose')
  }
  expect(visitor.cookies).toEqual(before)
  expect((await send(pathname + search, navigation)).headers.get('location')).toBe(`${origin}/`)
})

test.for<[string, Record<string, string>]>([
  ['an image', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
  ['an iframe', { ...navigation, 'sec-fetch-dest': 'iframe' }],
  ['an object', { ...navigation, 'sec-fetch-dest': 'object' }],
  ['a script', { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }],
  ['fetch()', scripted],
])('%s of another site starts no login, however often it tries', async ([, headers]) => {
  const { visitor, send } = await startedLogin()
  const before = new Map(visitor.cookies)
  for (let times = 0; times < 5; times += 1) {
    const answer = await send('/login', { ...headers, 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(403)
  }
  expect(visitor.cookies).toEqual(before)
})

test.for<[string, Record<string, string>]>([
  ['a link of another site', { ...navigation, 'sec-fetch-site': 'cross-site' }],
  ['an address that a person types', { ...navigation, 'sec-fetch-site': 'none' }],
  ['a frame of the application in itself', { ...navigation, 'sec-fetch-dest': 'iframe' }],
  ['a browser without fetch metadata', { accept: 'text/html' }],
  ['a program', { accept: '*/*', 'sec-fetch-mode': 'cors' }],
])('%s starts a login', async ([, headers]) => {
  const { send } = await startedLogin()
  const answer = await send('/login', headers)
  expect([answer.status, answer.headers.has('location')]).toEqual([303, true])
})

test('four links of other sites leave a login that is under way as it was', async () => {
  const { visitor, send, url } = await startedLogin()
  for (let times = 0; times < 4; times += 1) {
    await send('/login', { ...navigation, 'sec-fetch-site': 'cross-site' })
  }
  const { pathname, search } = await visitor.logIn(url)
  expect((await send(pathname + search, navigation)).headers.get('location')).toBe(`${origin}/`)
})

test('HEAD starts no login and completes none', async () => {
  const { visitor, send, url } = await startedLogin()
  const before = new Map(visitor.cookies)
  const { pathname, search } = await visitor.logIn(url)
  for (const path of ['/login', pathname + search]) {
    const answer = await send(path, navigation, 'HEAD')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  }
  expect(visitor.cookies).toEqual(before)
})
