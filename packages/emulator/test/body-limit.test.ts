import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator
// One connection for all requests, so that each finds the one before it done with.
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(async () => {
  agent.destroy()
  await emulator.close()
})

interface Sent {
  path: string
  method?: string
  /** In bytes. */
  size: number
  chunked: boolean
}

async function send({ path, method = 'POST', size, chunked }: Sent): Promise<IncomingMessage> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': size }),
  }
  const sent = request(emulator.url + path, { method, headers, agent })
  const answered = once(sent, 'response')
  const part = Buffer.alloc(16_384, 'x')
  for (let left = size; left > 0; left -= part.length) sent.write(part.subarray(0, left))
  sent.end()
  const [response]: IncomingMessage[] = await answered
  if (!response) throw new Error('There is no response')
  return response
}

const paths = [
  '/me/v1/connected-accounts/connect',
  '/me/v1/nowhere',
  '/api/v2/clients/spa',
  '/oauth/token',
  '/oauth/revoke',
  '/authorize',
  '/userinfo',
  '/oidc/logout',
  '/u/login/x',
  '/u/consent/x',
  '/connect',
  '/login/callback',
  '/upstream/acme/token',
  '/upstream/acme/consent',
  '/upstream/nobody/token',
  '/_emulator/faults',
  '/_emulator/reset',
  '/',
  '/nowhere',
]

describe.each([
  { how: 'that says so', chunked: false },
  { how: 'in chunks', chunked: true },
])('A body of more than 64 KiB $how', ({ chunked }) => {
  it.each(paths)('is refused at %s: 413 (RFC 9110 §15.5.14)', async (path) => {
    const response = await send({ path, size: 65_537, chunked })
    expect(response.statusCode).toBe(413)
    expect(await json(response)).toEqual({
      error: 'content_too_large',
      error_description: 'The body must not have more than 65536 bytes',
    })
  })

  it.each(['GET', 'DELETE', 'PATCH'])('is refused with the method %s, too', async (method) => {
    const response = await send({ path: '/', method, size: 65_537, chunked })
    expect(response.resume().statusCode).toBe(413)
  })

  it('is refused in an answer that arrives, however much more follows', async () => {
    const response = await send({ path: '/_emulator/reset', size: 8_000_000, chunked })
    expect(response.resume().statusCode).toBe(413)
  })

  it('does nothing', async () => {
    emulator.clock.advance(3600)
    const response = await send({ path: '/_emulator/reset', size: 65_537, chunked })
    expect(response.resume().statusCode).toBe(413)
    expect(emulator.clock.now() - Date.now()).toBeGreaterThan(3_000_000)
    emulator.reset()
  })
})

describe.each([{ chunked: false }, { chunked: true }])('A body of 64 KiB', ({ chunked }) => {
  it.each(paths)(`is read at %s, chunked: ${chunked}`, async (path) => {
    const response = await send({ path, size: 65_536, chunked })
    expect(response.resume().statusCode).not.toBe(413)
    expect(response.statusCode).toBeLessThan(500)
  })
})
