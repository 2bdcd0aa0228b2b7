import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer, createVisitor, loggedIn, rejection } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

/** A server for which requests to this path have another answer, as long as there is one. */
function withAnswer(path: string) {
  const broken: { answer: (() => Response | Promise<Response>) | undefined } = { answer: undefined }
  const server = createServer(emulator, {
    fetch: async (request) =>
      request.url.endsWith(path) && broken.answer ? broken.answer() : fetch(request),
  })
  return { server, broken }
}

const DISCOVERY = '/.well-known/openid-configuration'
const issuer = 'https://evil.example/'

test.for([
  ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['a 404', () => new Response('', { status: 404 })],
  ['another issuer', () => Response.json({ issuer })],
  ['no JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
] as const)(
  '%s in place of discovery is unexpected_response, and the next try succeeds',
  async ([, answer]) => {
    const { server, broken } = withAnswer(DISCOVERY)
    const visitor = createVisitor(emulator.url)
    const start = () => visitor.request((store) => server.startInteractiveLogin({}, store))
    broken.answer = answer
    expect(await rejection(start())).toMatchObject({
      name: 'TokenError',
      code: 'unexpected_response',
    })
    expect(visitor.cookies.size).toBe(0)
    broken.answer = undefined
    expect(await start()).toContain('/authorize?')
  },
)

test('a tenant that is not reached is the runtime’s own error, and the session goes on', async () => {
  const failure = new TypeError('fetch failed')
  const { server, broken } = withAnswer('/oauth/token')
  const visitor = await loggedIn(server, emulator.url)
  broken.answer = () => Promise.reject(failure)
  const audience = 'https://api.example.test/'
  const get = () => visitor.request((store) => server.getAccessToken({ audience }, store))
  expect(await rejection(get())).toBe(failure)
  broken.answer = () => Promise.reject(new DOMException('Too long', 'TimeoutError'))
  expect(await rejection(get())).toMatchObject({ name: 'TimeoutError' })
  broken.answer = undefined
  expect((await get()).accessToken).toBeTruthy()
})
