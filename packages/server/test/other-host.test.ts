import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { createHandler } from '../src/index.js'
import { createServer, createVisitor, keepCookies } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const redirect_uri = 'https://app.example.test/auth/callback'

/** Starts a login in a browser, and completes it in a browser that has none of its cookies. Returns the problem of that. */
async function loseCookies(atStart: Record<string, string>, atCallback: Record<string, string>) {
  const handler = createHandler(createServer(emulator, { authorizationParams: { redirect_uri } }))
  const loginUrl = 'https://app.example.test/auth/login'
  const started = await handler(new Request(loginUrl, { headers: atStart }))
  const state = new URL(started.headers.get('location') ?? '').searchParams.get('state')
  const callbackUrl = `${redirect_uri}?code=c&state=${state}`
  const answer = await handler(new Request(callbackUrl, { headers: atCallback }))
  return answer.json()
}

const right = { host: 'app.example.test' }

test.for<[string, Record<string, string>, Record<string, string>]>([
  ['is started at', { host: '127.0.0.1:3000' }, right],
  ['is started through a proxy at', { ...right, 'x-forwarded-host': 'www.example.test' }, right],
  ['comes back to', right, { host: '127.0.0.1' }],
])('a login that %s another host says so in unknown_state', async ([, atStart, atCallback]) => {
  const problem = await loseCookies(atStart, atCallback)
  expect(problem).toMatchObject({
    title: 'unknown_state',
    detail: expect.stringMatching(/another host than (app\.example\.test).* at \1/),
  })
})

test.for<[string, Record<string, string>]>([
  ['the same host', right],
  ['the same host with its default port', { host: 'APP.example.test:443' }],
  ['the same host behind a proxy', { 'x-forwarded-host': 'app.example.test, b', host: 'node-7' }],
  ['the same host before a space', { 'x-forwarded-host': 'app.example.test , b', host: 'node-7' }],
  ['no host', {}],
  ['a host that is none', { host: 'a b' }],
])('unknown_state does not speak of another host for a request with %s', async ([, headers]) => {
  const { title, detail } = await loseCookies(headers, headers)
  expect(title).toBe('unknown_state')
  expect(detail).toContain('Start again')
  expect(detail).not.toContain('another host')
})

test('the host of a request is not repeated, whatever it is', async () => {
  const host = 'evil.example'
  expect(JSON.stringify(await loseCookies({ host }, { host }))).not.toContain(host)
})

test('a login at another name of the host works if the browser keeps its cookies', async () => {
  const server = createServer(emulator)
  const handler = createHandler(server)
  const visitor = createVisitor(emulator.url)
  const send = async (url: string) => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { cookie, host: 'node-7:3000' }
    const answer = await handler(new Request(new URL(url, 'http://localhost:3000'), { headers }))
    keepCookies(visitor.cookies, answer.headers)
    return answer.headers.get('location') ?? ''
  }
  const { href } = await visitor.logIn(await send('/login?returnTo=/inbox'))
  expect(await send(href)).toBe('http://localhost:3000/inbox')
})
