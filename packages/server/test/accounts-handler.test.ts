import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, describe, expect, test } from 'vitest'
import { createConnectedAccountsHandler } from '../src/index.js'
import { createServer, keepCookies, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const origin = 'http://localhost:3000'
const accounts = '/connected-accounts/accounts'

/** A handler in front of an API that has this answer, with Alice's cookies, and what it sent to the API. */
async function handlerOf(
  answer: () => Response = () => Response.json({}),
  basePath = '/api/me/v1',
) {
  const requests: Request[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      if (!request.url.includes('/me/v1/')) return fetch(request)
      requests.push(request.clone())
      return answer()
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const handler = createConnectedAccountsHandler(server, { basePath })
  const send = (path: string, init: RequestInit = {}) =>
    handler(new Request(origin + path, { ...init, headers: { origin, cookie, ...init.headers } }))
  return { send, requests }
}

test('a call reaches the API with its method, query, body and type, and with the token of the session', async () => {
  const { send, requests } = await handlerOf()
  await send(`/api/me/v1${accounts}?take=3&connection=github`)
  const headers = { 'content-type': 'application/json', 'x-of-the-page': '1' }
  await send('/api/me/v1/connected-accounts/connect', { method: 'POST', body: '{"a":1}', headers })
  await send(`/api/me/v1${accounts}/cac_1`, { method: 'DELETE' })
  const base = `${emulator.url}/me/v1`
  expect(requests.map(({ method, url }) => [method, url])).toEqual([
    ['GET', `${base}${accounts}?take=3&connection=github`],
    ['POST', `${base}/connected-accounts/connect`],
    ['DELETE', `${base}${accounts}/cac_1`],
  ])
  expect(await requests[1]?.text()).toBe('{"a":1}')
  expect(requests.map(({ headers }) => headers.get('content-type'))).toEqual([
    null,
    'application/json',
    null,
  ])
  for (const { headers } of requests) {
    expect(headers.get('authorization')).toMatch(/^Bearer .+/)
    expect([headers.has('cookie'), headers.has('x-of-the-page')]).toEqual([false, false])
  }
})

test.for([
  ['GET', '/connected-accounts/accounts'],
  ['GET', '/api/me/v1x/connected-accounts/accounts'],
  ['GET', '/abc/de/fg/connected-accounts/accounts'],
  ['GET', '/api/me/v1/x/connected-accounts/accounts'],
  ['GET', '/api/me/v1/connected-accounts/accounts//'],
  ['GET', '/api/me/v1/connected-accounts/connect'],
  ['POST', '/api/me/v1/connected-accounts/accounts'],
  ['POST', '/api/me/v1/x/connected-accounts/connect'],
  ['POST', '/api/me/v1/connected-accounts/connect/x'],
  ['DELETE', '/api/me/v1/connected-accounts/accounts'],
  ['DELETE', '/api/me/v1/x/connected-accounts/accounts/cac_1'],
  ['DELETE', '/api/me/v1/connected-accounts/accounts/cac.1'],
] as const)('%s %s is no operation', async ([method, path]) => {
  const { send, requests } = await handlerOf()
  const answer = await send(path, { method })
  expect(answer.status).toBe(404)
  expect(await answer.json()).toEqual({
    type: 'urn:connected-accounts:not_found',
    title: 'not_found',
    status: 404,
    detail: expect.stringContaining(`${method} ${path}`),
  })
  expect(requests).toHaveLength(0)
})

test.for(['/api/me/v1/', '/api/me/v1//'])(
  'the basePath may end with a slash: %s',
  async (basePath) => {
    const { send } = await handlerOf(undefined, basePath)
    expect((await send(`/api/me/v1${accounts}`)).status).toBe(200)
  },
)

test.for(['', '/', 'api/me', '//evil.example/api', 'https://app.example.test/api'])(
  'the basePath %j is refused',
  (basePath) => {
    const server = createServer(emulator)
    expect(() => createConnectedAccountsHandler(server, { basePath })).toThrow('basePath must be')
  },
)

describe('a body', () => {
  const path = '/api/me/v1/connected-accounts/connect'
  const streamOf = (...parts: string[]) =>
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    })

  test('may come in pieces, and without a type', async () => {
    const { send, requests } = await handlerOf()
    const init = { method: 'POST', body: streamOf('{"a":', '1,"b"', ':"2"', '}'), duplex: 'half' }
    expect((await send(path, init as RequestInit)).status).toBe(200) // no runtime's types know duplex
    expect(await requests[0]?.text()).toBe('{"a":1,"b":"2"}')
    expect(requests[0]?.headers.get('content-type')).toBe('')
  })

  test('may have 64 KiB, and no more', async () => {
    const { send, requests } = await handlerOf()
    const post = (bytes: number) => send(path, { method: 'POST', body: 'x'.repeat(bytes) })
    expect((await post(65_536)).status).toBe(200)
    const answer = await post(65_537)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({
      type: 'urn:connected-accounts:body_too_large',
      title: 'body_too_large',
    })
    expect(requests).toHaveLength(1)
  })
})

test('a list keeps the cached tokens of connections, and a deletion does not', async () => {
  const exchanges: string[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      if (body.includes('token-exchange')) exchanges.push(body)
      return fetch(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const [, other] = await emulator.seed([
    { user_id: 'auth0|alice', connection: 'github' },
    { user_id: 'auth0|alice', connection: 'acme' },
  ])
  const handler = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
  const exchange = () =>
    visitor.request((store) => server.getAccessTokenForConnection({ connection: 'github' }, store))
  const send = async (method: string, path: string) => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const url = `${origin}/api/me/v1${accounts}${path}`
    const answer = await handler(new Request(url, { method, headers: { origin, cookie } }))
    keepCookies(visitor.cookies, answer.headers)
    return answer.status
  }
  await exchange()
  expect(await send('GET', '')).toBe(200)
  await exchange()
  expect(exchanges).toHaveLength(1)
  expect(await send('DELETE', `/${other?.id}`)).toBe(204)
  await exchange()
  expect(exchanges).toHaveLength(2)
})

test('an answer keeps its status, its body, and the headers that a page may need', async () => {
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'retry-after': '7',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '1800000000',
  }
  const own = { 'set-cookie': 'a=b', 'dpop-nonce': 'n', 'www-authenticate': 'Bearer', etag: '"1"' }
  const all = { ...headers, ...own }
  const { send } = await handlerOf(() => new Response('{"a":1}', { status: 403, headers: all }))
  const answer = await send(`/api/me/v1${accounts}`)
  expect([answer.status, await answer.text()]).toEqual([403, '{"a":1}'])
  const { 'set-cookie': cookies, ...others } = Object.fromEntries(answer.headers)
  expect(cookies).not.toContain('a=b') // those of the session alone
  expect(others).toEqual({
    ...headers,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
})

test('an answer without a body needs no type', async () => {
  const { send } = await handlerOf(() => new Response(null, { status: 204 }))
  const answer = await send(`/api/me/v1${accounts}/cac_1`, { method: 'DELETE' })
  expect([answer.status, answer.headers.has('content-type')]).toEqual([204, false])
})

test.for([
  ['application/json', 200],
  ['Application/JSON', 200],
  ['application/json;charset=utf-8', 200],
  ['application/json ; charset=utf-8', 200],
  ['application/vnd.auth0.v1+json', 200],
  ['application/jsonp', 502],
  ['application/json-seq', 502],
  ['application/xjson', 502],
  ['application/+json', 502],
  ['text/application/json', 502],
  ['text/html; x=application/json', 502],
  ['', 502],
] as const)('an answer of the type %j is answered with %i', async ([type, status]) => {
  const answer = () => new Response(new Blob(['{}']), { headers: { 'content-type': type } })
  const { send } = await handlerOf(answer)
  expect((await send(`/api/me/v1${accounts}`)).status).toBe(status)
})
