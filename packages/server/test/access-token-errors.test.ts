import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { webRequest } from '../src/adapters/express.js'
import {
  type AccessTokenErrorCode,
  isAccessTokenError,
  type VerifyAccessToken,
} from '../src/index.js'
import { type ApiWorld, bearer, createApiWorld, refusal, request } from './api-world.js'

let world: ApiWorld
beforeAll(async () => {
  world = await createApiWorld()
})

test('an error is answered in one line: a problem with the code, that no cache keeps', async () => {
  const error = await refusal(world.createVerifier()(request({})))
  const response = error.getResponse()
  expect(response.status).toBe(401)
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'www-authenticate': 'DPoP algs="ES256", Bearer',
    'x-content-type-options': 'nosniff',
  })
  expect(await response.json()).toEqual({
    type: 'urn:connected-accounts:missing_token',
    title: 'missing_token',
    status: 401,
    detail: error.message,
  })
})

test('an error keeps the name and the documentation of its code', async () => {
  const error = await refusal(world.createVerifier()(bearer('opaque')))
  expect([error.name, error.docs]).toEqual(['AccessTokenError', 'docs/errors.md#invalid_token'])
  expect(isAccessTokenError(new Error('invalid_token'))).toBe(false)
})

test('a challenge is one header field, whatever the scope is (RFC 6750 §3)', async () => {
  const needed = { scope: 'a"b \\c é\n' }
  const error = await refusal(world.createVerifier()(bearer(await world.sign()), needed))
  expect(error.headers['www-authenticate']).toMatch(/^[\x20-\x7e]+, scope="ab c "$/)
  expect(error.getResponse().status).toBe(403)
})

/** The two servers that most people have, with nothing that handles errors. */
const servers: Record<string, (verify: VerifyAccessToken) => Promise<Listening>> = {
  async Hono(verify) {
    const app = new Hono()
    app.get('/events', async (c) => c.json({ sub: (await verify(c.req.raw)).sub }))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    return listening(server)
  },
  async Express(verify) {
    const app = express()
    const router = express.Router()
    router.get('/events', async (req, res) => {
      res.json({ sub: (await verify(webRequest(req))).sub })
    })
    app.use('/', router)
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return listening(server)
  },
}

interface Listening {
  origin: string
  close(): void
}

function listening(server: { address(): unknown; close(): void }): Listening {
  const { port } = server.address() as AddressInfo // it listens at a port
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

describe.each(Object.keys(servers))('%s', (name) => {
  /** The answers to requests that fail in these ways, and to one that is right. */
  async function answers(): Promise<[number, string | null][]> {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { origin, close } = (await servers[name]?.(world.createVerifier())) ?? listening(never())
    const token = await world.signBound()
    const proof = await world.prove(token)
    const sent = [
      {},
      { authorization: 'Bearer opaque' },
      { authorization: `DPoP ${token}`, dpop: proof },
      { authorization: `DPoP ${token}`, dpop: proof },
    ]
    const results: [number, string | null][] = []
    for (const headers of sent) {
      const response = await fetch(`${origin}/events?today`, { headers: new Headers(headers) })
      results.push([response.status, response.headers.get('www-authenticate')])
      await response.body?.cancel()
    }
    close()
    log.mockRestore()
    return results
  }

  test('answers with the status and the challenge of an error that nobody catches', async () => {
    expect(await answers()).toEqual([
      [401, 'DPoP algs="ES256", Bearer'],
      [401, expect.stringMatching(/^Bearer error="invalid_token"/)],
      [200, null],
      [401, expect.stringMatching(/^DPoP error="invalid_dpop_proof"/)],
    ])
  })
})

function never(): never {
  throw new Error('There is no such server')
}

test('two Authorization headers of Express are invalid_request, though Node shows the first', async () => {
  const app = express()
  const codes: AccessTokenErrorCode[] = []
  const verifyAccessToken = world.createVerifier()
  app.get('/events', async (req, res) => {
    codes.push((await refusal(verifyAccessToken(webRequest(req)))).code)
    res.end()
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { origin, close } = listening(server)
  const value = `Bearer ${await world.sign()}`
  const { request: send } = await import('node:http')
  const headers = ['authorization', value, 'authorization', value, 'host', '127.0.0.1']
  const sent = send(`${origin}/events`, { headers }).end()
  const [response] = await once(sent, 'response')
  response.resume()
  close()
  expect(codes).toEqual(['invalid_request'])
})
