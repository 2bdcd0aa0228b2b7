import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { listConnectedAccounts } from '../src/index.js'
import { logInBound } from './bound-session.js'
import { createClient, rejection } from './observed-client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A client of a server with this handler, as something between the client and Auth0 may behave. */
async function clientOf(answer: RequestListener) {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return createClient({ domain: `http://127.0.0.1:${port}` })
}

const list = 'getConnectedAccounts'

test('connection refused: the runtime’s own error passes untouched', async () => {
  const client = await clientOf(() => undefined)
  server?.close()
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } })
})

test('reset mid-body: the runtime’s own error passes untouched, and the next try succeeds', async () => {
  const { client } = await logInBound(emulator)
  await listConnectedAccounts(client)
  emulator.failNext(list, { damage: 'truncated_body' })
  expect(await rejection(listConnectedAccounts(client))).toBeInstanceOf(TypeError)
  expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
})

test('slow headers: a signal ends the wait with its reason', async () => {
  const { client } = await logInBound(emulator)
  await listConnectedAccounts(client)
  emulator.failNext(list, { delay: 5000 })
  const signal = AbortSignal.timeout(100)
  expect(await rejection(listConnectedAccounts(client, { signal }))).toBe(signal.reason)
})

test('slow body: a signal ends the wait with its reason', async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"accounts":')
  })
  const signal = AbortSignal.timeout(200)
  expect(await rejection(listConnectedAccounts(client, { signal }))).toBe(signal.reason)
})

test('truncated JSON: unexpected_response, with how it begins', async () => {
  const client = await clientOf((_, response) => response.end('{"accounts":[{"id":"cac_'))
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'unexpected_response', status: 200 })
  expect(error).toMatchObject({ message: expect.stringContaining('{"accounts":[{"id":"cac_') })
})

test.for([200, 502])('HTML from a proxy with %i: unexpected_response', async (status) => {
  const client = await clientOf((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  })
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'unexpected_response', status })
})

test('empty 401: unexpected_response, and it is not sent again', async () => {
  let requests = 0
  const client = await clientOf((_, response) => {
    requests += 1
    response.writeHead(401).end()
  })
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'unexpected_response', status: 401 })
  expect(requests).toBe(1)
})

test('429 with retry-after: rate_limited, with the seconds', async () => {
  const { client } = await logInBound(emulator)
  emulator.failNext(list, { status: 429, headers: { 'retry-after': '5' } })
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'rate_limited', retryAfter: 5 })
})

test('429 without retry-after: rate_limited, without seconds', async () => {
  const client = await clientOf((_, response) => response.writeHead(429).end())
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'rate_limited', retryAfter: undefined })
})

test('500: unexpected_response, and the next try succeeds', async () => {
  const { client } = await logInBound(emulator)
  emulator.failNext(list, { status: 500 })
  const error = await rejection(listConnectedAccounts(client))
  expect(error).toMatchObject({ code: 'unexpected_response', status: 500 })
  expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
})
