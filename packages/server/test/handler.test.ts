import { createServer as listen } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  completeConnect,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  listConnectedAccounts,
  listConnections,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createConnectedAccountsHandler } from '../src/index.js'
import {
  createServer,
  keepCookies,
  loggedIn,
  redirectUri,
  rejection,
  type Visitor,
} from './visitor.js'

let emulator: Emulator
let url: string
let visitor: Visitor
const http = listen()
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  const server = createServer(emulator)
  const handler = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
  http.on('request', getRequestListener(handler))
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
  const { port } = http.address() as AddressInfo // a TCP server has no other
  url = `http://localhost:${port}/api/me/v1`
  visitor = await loggedIn(server, emulator.url)
})
afterAll(async () => {
  http.close()
  await emulator.close()
})
beforeEach(() => void emulator.faults.clear())

const sameOrigin = { 'sec-fetch-site': 'same-origin' }

/** Sends as this browser does. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { cookie, ...Object.fromEntries(new Headers(init.headers)) }
  const response = await fetch(`${url}${path}`, { ...init, headers })
  keepCookies(visitor.cookies, response.headers)
  return response
}

const browserClient = () =>
  createConnectedAccountsClient({
    baseUrl: url,
    async fetch(request) {
      const body = request.method === 'POST' ? await request.text() : null
      const headers = { ...Object.fromEntries(request.headers), ...sameOrigin }
      return send(request.url.slice(url.length), { method: request.method, headers, body })
    },
  })

test('a client in the browser connects, lists and deletes, with the tokens on the server', async () => {
  const client = browserClient()
  const transactions = memoryTransactions()
  const flow = { connection: 'github', redirectUri, transactions }
  const started = await startConnect(client, flow)
  const callbackUrl = await visitor.connect(started.url)
  const { account } = await completeConnect(client, { callbackUrl, transactions })
  expect((await listConnectedAccounts(client)).accounts).toMatchObject([{ id: account.id }])
  expect((await listConnections(client)).connections.length).toBeGreaterThan(0)
  await deleteConnectedAccount(client, account.id)
  expect((await listConnectedAccounts(client)).accounts).toEqual([])
})

test('problems, validation errors and rate limits of the tenant come through', async () => {
  const client = browserClient()
  const options = { redirectUri, transactions: memoryTransactions() }
  const unknown = startConnect(client, { connection: 'nowhere', ...options })
  expect(await rejection(unknown)).toMatchObject({ code: 'not_found', status: 404 })
  const body = JSON.stringify({ connection: 'github' })
  const headers = { ...sameOrigin, 'content-type': 'application/json' }
  const invalid = await send('/connected-accounts/connect', { method: 'POST', headers, body })
  expect(invalid.status).toBe(400)
  expect(await invalid.json()).toHaveProperty('validation_errors')
  const limited = { status: 429, headers: { 'retry-after': '7' } }
  emulator.failNext('getConnectedAccounts', limited)
  expect(await rejection(listConnectedAccounts(client))).toMatchObject({
    code: 'rate_limited',
    retryAfter: 7,
  })
  const answer = await send('/connected-accounts/accounts')
  expect(answer.headers.get('x-ratelimit-limit')).toBeTruthy()
})

test('a 401 with WWW-Authenticate keeps the fields of its problem, and its challenge stays here', async () => {
  emulator.faults.add({ operation: 'getConnectedAccounts', status: 401, times: 2 })
  const answer = await send('/connected-accounts/accounts')
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ status: 401, title: expect.any(String) })
  expect(answer.headers.has('www-authenticate')).toBe(false)
})

test('no token, nonce or hop-by-hop header is passed on, and no cache keeps an answer', async () => {
  const answer = await send('/connected-accounts/accounts')
  const names = [...answer.headers.keys()].filter((name) => !name.startsWith('x-ratelimit-'))
  const own = ['connection', 'date', 'keep-alive', 'transfer-encoding', 'content-length']
  expect(names.filter((name) => !own.includes(name)).sort()).toEqual([
    'cache-control',
    'content-type',
    'x-content-type-options',
  ])
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('without a session the answer is a problem with 401', async () => {
  const answer = await fetch(`${url}/connected-accounts/accounts`)
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ status: 401, title: 'missing_session' })
})

test.for([
  ['invalid_grant', 403, 401],
  ['invalid_target', 400, 502],
  ['too_many_requests', 429, 429],
] as const)(
  'a refresh that ends as %s with %i is a problem with %i',
  async ([error, status, own]) => {
    const another = await loggedIn(createServer(emulator), emulator.url)
    const headers = { 'retry-after': '3' }
    emulator.failNext('getToken', { status, headers, problem: { error } })
    const cookie = [...another.cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(`${url}/connected-accounts/accounts`, { headers: { cookie } })
    expect(answer.status).toBe(own)
    expect(await answer.json()).toMatchObject({ status: own, title: error })
    expect(answer.headers.get('retry-after')).toBe('3')
  },
)

test.for([
  ['GET', ''],
  ['GET', '/connected-accounts'],
  ['PUT', '/connected-accounts/accounts'],
  ['GET', '/connected-accounts/accounts/../../../api/v2/users'],
  ['DELETE', '/connected-accounts/accounts/a/b'],
  ['DELETE', '/connected-accounts/accounts/..%2F..%2Fx'],
  ['POST', '/authentication-methods'],
] as const)('%s %s is none of the five operations: 404', async ([method, path]) => {
  const answer = await send(path, { method, headers: sameOrigin })
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ title: 'not_found' })
})

test.for([
  [{ 'sec-fetch-site': 'same-origin' }, 404],
  [{ origin: 'http://localhost:3000' }, 404],
  [{}, 403],
  [{ origin: 'http://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ 'sec-fetch-site': 'same-site' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'x-forwarded-host': 'localhost:3000' }, 403],
  [{ origin: 'http://evil.example', host: 'evil.example' }, 403],
] as const)('a DELETE with %o is answered with %i', async ([headers, status]) => {
  const path = '/connected-accounts/accounts/cac_0000000000000000000000'
  const answer = await send(path, { method: 'DELETE', headers: { ...headers } })
  expect(answer.status).toBe(status)
  if (status === 403) expect(await answer.json()).toMatchObject({ title: 'other_origin' })
})

test.for<[string, number, number, string]>([
  ['text/html', 200, 502, 'unexpected_response'],
  ['text/html', 503, 502, 'unexpected_response'],
  ['text/html', 429, 429, 'rate_limited'],
  ['application/json-seq', 200, 502, 'unexpected_response'],
  ['image/svg+xml', 404, 404, 'unexpected_response'],
])(
  '%s with %i in place of the tenant is answered with a problem with %i, never as a page of the application',
  async ([type, status, own, title]) => {
    const html = '<script>alert(document.domain)</script>'
    const headers = { 'content-type': type, 'retry-after': '7' }
    const server = createServer(emulator, {
      async fetch(request) {
        const isApi = request.url.includes('/me/v1/')
        return isApi ? new Response(html, { status, headers }) : fetch(request)
      },
    })
    const another = await loggedIn(server, emulator.url)
    const cookie = [...another.cookies].map((pair) => pair.join('=')).join('; ')
    const handler = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
    const path = 'http://localhost:3000/api/me/v1/connected-accounts/accounts'
    const answer = await handler(new Request(path, { headers: { cookie } }))
    expect(answer.status).toBe(own)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await answer.json()).toMatchObject({ status: own, title })
  },
)
