import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { TokenError } from '@connected-accounts/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type ConnectionTokenRequest,
  createProviderFetch,
  type ProviderFetchOptions,
} from '../src/index.js'
import { createGate } from './shared.js'
import { rejection } from './visitor.js'

interface Received {
  method: string
  path: string
  authorization: string | undefined
  body: string
}

type Answer = (received: Received, response: ServerResponse) => void

/** An API over HTTP, and what it got. */
async function listen(answer: Answer) {
  const received: Received[] = []
  const server = createHttpServer(async (request: IncomingMessage, response) => {
    const { method = '', url: path = '', headers } = request
    const one = { method, path, authorization: headers.authorization, body: await text(request) }
    received.push(one)
    answer(one, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  return { origin: `http://127.0.0.1:${port}`, received }
}

/** A source that hands out these tokens one after the other, and the last one again and again. */
function sourceOf(tokens: string[], scopes = ['read', 'write']) {
  const wanted: ConnectionTokenRequest[] = []
  return {
    wanted,
    async getToken(request: ConnectionTokenRequest) {
      wanted.push(request)
      const accessToken = (tokens.length > 1 ? tokens.shift() : tokens[0]) ?? ''
      return { accessToken, expiresAt: undefined, scopes }
    },
  }
}

async function world(answer: Answer, options: Partial<ProviderFetchOptions> = {}) {
  const api = await listen(answer)
  const exchange = sourceOf(['first', 'second'])
  const call = createProviderFetch({
    exchange,
    connection: 'acme',
    allowedOrigins: [api.origin],
    ...options,
  })
  return { ...api, exchange, call }
}

const ok: Answer = (_, response) => response.end('ok')
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end(body)
const okFor =
  (token: string): Answer =>
  ({ authorization }, response) =>
    response.writeHead(authorization === `Bearer ${token}` ? 200 : 401).end('ok')

describe('where the token goes', () => {
  test('to an allowed origin, in place of an authorization of the caller', async () => {
    const { call, origin, received } = await world(ok)
    const response = await call(`${origin}/me`, { headers: { authorization: 'Bearer other' } })
    expect(await response.text()).toBe('ok')
    expect(received).toMatchObject([{ path: '/me', authorization: 'Bearer first' }])
  })

  test('to no other origin: the call throws, and neither a token is requested nor a request sent', async () => {
    const other = await listen(ok)
    const { call, origin, exchange } = await world(ok)
    const error = await rejection(call(other.origin))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(other.origin)
    expect(String(await rejection(call(`${origin.replace('127.0.0.1', 'localhost')}/me`)))).toMatch(
      /allowedOrigins/,
    )
    expect(exchange.wanted).toEqual([])
    expect(other.received).toEqual([])
  })

  test.for([301, 302, 303, 307, 308])(
    'a redirect with %i is not followed: the caller gets it, with its location',
    async (code) => {
      const other = await listen(ok)
      const { call, origin, received } = await world((_, response) =>
        response.writeHead(code, { location: `${other.origin}/stolen` }).end(),
      )
      const response = await call(`${origin}/me`, { redirect: 'follow' })
      expect(response.status).toBe(code)
      expect(response.headers.get('location')).toBe(`${other.origin}/stolen`)
      expect(other.received).toEqual([])
      expect(received).toHaveLength(1)
    },
  )

  test('the Request of the caller does not get it', async () => {
    const { call, origin } = await world(ok)
    const request = new Request(`${origin}/me`, { headers: { 'x-kept': 'yes' } })
    await call(request)
    expect([...request.headers]).toEqual([['x-kept', 'yes']])
  })

  test('a token that is no header value is in no error', async () => {
    const { origin } = await world(ok)
    const call = createProviderFetch({
      exchange: sourceOf(['a secret\nvalue']),
      connection: 'acme',
      allowedOrigins: [origin],
    })
    const error = await rejection(call(origin))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain('secret')
  })
})

describe('a 401 of the provider', () => {
  test('is answered with another token, once, and the body is sent again', async () => {
    const { call, origin, received, exchange } = await world(okFor('second'))
    const response = await call(`${origin}/notes`, { method: 'POST', body: 'a note' })
    expect(response.status).toBe(200)
    expect(received).toMatchObject([
      { method: 'POST', authorization: 'Bearer first', body: 'a note' },
      { method: 'POST', authorization: 'Bearer second', body: 'a note' },
    ])
    expect(exchange.wanted.map(({ rejectedToken }) => rejectedToken)).toEqual([undefined, 'first'])
  })

  test('a stream is sent again, too', async () => {
    const { call, origin, received } = await world(okFor('second'))
    const body = new Blob(['a ', 'stream']).stream()
    const init = { method: 'PUT', body, duplex: 'half' as const } // the literal type
    expect((await call(`${origin}/notes`, init)).status).toBe(200)
    expect(received.map((one) => one.body)).toEqual(['a stream', 'a stream'])
  })

  test('a second one is not answered: revoked, as far as a source says that cannot list accounts', async () => {
    const { call, origin, received } = await world(status(401))
    expect(await rejection(call(origin))).toMatchObject({
      code: 'connection_required',
      reason: 'revoked',
      connection: 'acme',
    })
    expect(received).toHaveLength(2)
  })

  test('the same token is not sent twice', async () => {
    const { call, origin, received } = await world(status(401), { exchange: sourceOf(['same']) })
    expect(await rejection(call(origin))).toMatchObject({ reason: 'revoked' })
    expect(received).toHaveLength(1)
  })

  test('an exchange that fails then is the error of the call', async () => {
    const failure = new TokenError('invalid_grant', { message: 'The login has ended.' })
    const { call, origin } = await world(status(401), {
      exchange: {
        async getToken({ rejectedToken }) {
          if (rejectedToken) throw failure
          return { accessToken: 'first', expiresAt: undefined, scopes: [] }
        },
      },
    })
    expect(await rejection(call(origin))).toBe(failure)
  })

  test('every other status is the caller’s', async () => {
    const { call, origin } = await world(status(500, {}, 'broken'))
    const response = await call(origin)
    expect([response.status, await response.text()]).toEqual([500, 'broken'])
  })
})

const json = { 'content-type': 'application/json' }
const google = (error: object) => JSON.stringify({ error: { code: 403, ...error } })

describe('scopes that are missing', () => {
  test.for<[name: string, answer: Answer, scopes: string[]]>([
    [
      'RFC 6750: insufficient_scope with 403',
      status(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin audit"' }),
      ['read', 'admin', 'audit'],
    ],
    [
      'insufficient_scope with 401',
      status(401, { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
      ['read'],
    ],
    [
      'Google, which lists every scope that would do',
      status(403, {
        'www-authenticate':
          'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="calendar calendar.readonly"',
      }),
      ['read'],
    ],
    [
      'Google: ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      status(403, json, google({ details: [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }] })),
      ['read'],
    ],
    [
      'Google: insufficientPermissions',
      status(403, json, google({ errors: [{ reason: 'insufficientPermissions' }] })),
      ['read'],
    ],
    [
      'GitHub: no accepted scope is among those of the token',
      status(403, { 'x-oauth-scopes': 'read:user, gist', 'x-accepted-oauth-scopes': 'repo' }),
      ['read', 'repo'],
    ],
    [
      'GitHub: any one of several would do',
      status(403, { 'x-oauth-scopes': '', 'x-accepted-oauth-scopes': 'repo, public_repo' }),
      ['read'],
    ],
  ])('%s', async ([, answer, scopes]) => {
    const { call, origin, received } = await world(answer, { scopes: ['read'] })
    expect(await rejection(call(origin))).toMatchObject({ reason: 'missing_scopes', scopes })
    expect(received).toHaveLength(1)
  })

  test.for<[name: string, answer: Answer]>([
    ['a plain 403', status(403)],
    [
      'a 403 of Google with another reason',
      status(403, json, google({ errors: [{ reason: 'rateLimitExceeded' }] })),
    ],
    ['a 403 that is not the JSON that it says', status(403, json, '{')],
    [
      'a rate limit of GitHub',
      status(403, { 'x-oauth-scopes': 'repo', 'x-accepted-oauth-scopes': 'repo' }),
    ],
    [
      'a 403 of GitHub that accepts any token',
      status(403, { 'x-oauth-scopes': 'repo', 'x-accepted-oauth-scopes': '' }),
    ],
    ['a 404 of GitHub', status(404, { 'x-oauth-scopes': '', 'x-accepted-oauth-scopes': 'repo' })],
    [
      'a 400 with the challenge',
      status(400, { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
    ],
  ])('%s is the caller’s, and its body can be read', async ([, answer]) => {
    const { call, origin } = await world(answer)
    const response = await call(origin)
    expect(response.bodyUsed).toBe(false)
    await response.text()
  })

  test('a token of which Token Vault does not say what it allows is sent', async () => {
    const exchange = sourceOf(['only'], [])
    const { call, origin } = await world(ok, { exchange, scopes: ['read'] })
    expect((await call(origin)).status).toBe(200)
  })

  test('an exchange that refuses the scopes: invalid_scope', async () => {
    const cause = new TokenError('invalid_scope', {
      message: 'The account was not granted such scopes.',
    })
    const { call, origin } = await world(ok, {
      exchange: {
        async getToken() {
          throw cause
        },
      },
      scopes: ['admin'],
    })
    expect(await rejection(call(origin))).toMatchObject({ reason: 'missing_scopes', cause })
  })
})

describe('retries', () => {
  const failingOnce = (code: number): Answer => {
    let isFirst = true
    return (_, response) => {
      response.writeHead(isFirst ? code : 200, { 'retry-after': '0' }).end()
      isFirst = false
    }
  }

  test('there is none unless it is asked for', async () => {
    const { call, origin } = await world(failingOnce(429))
    expect((await call(origin)).status).toBe(429)
  })

  test('a GET is sent again after a 429', async () => {
    const { call, origin, received } = await world(failingOnce(429), { retry: { limit: 1 } })
    expect((await call(origin)).status).toBe(200)
    expect(received).toHaveLength(2)
  })

  test('a POST is not, unless its method is listed', async () => {
    const post = { method: 'POST', body: 'a note' }
    const { call, origin } = await world(failingOnce(429), { retry: { limit: 1 } })
    expect((await call(origin, post)).status).toBe(429)
    const listed = await world(failingOnce(429), { retry: { limit: 1, methods: ['POST'] } })
    expect((await listed.call(listed.origin, post)).status).toBe(200)
    expect(listed.received.map(({ body }) => body)).toEqual(['a note', 'a note'])
  })

  test('a connection that is cut is a reason to send a GET again', async () => {
    let isFirst = true
    const cutOnce: Answer = (_, response) => {
      if (isFirst) response.destroy()
      else response.end('ok')
      isFirst = false
    }
    const { call, origin } = await world(cutOnce, { retry: { limit: 1 } })
    expect((await call(origin)).status).toBe(200)
  })
})

describe('the time that a call may take', () => {
  test('ends a call that the provider does not answer: TimeoutError', async () => {
    const { call, origin } = await world(() => {}, { timeout: 50 })
    expect(await rejection(call(origin))).toMatchObject({ name: 'TimeoutError' })
  })

  test('ends a call whose token does not come', async () => {
    const { call, origin, received } = await world(ok, {
      exchange: { getToken: createGate().pass as () => Promise<never> }, // never resolves
      timeout: 50,
    })
    expect(await rejection(call(origin))).toMatchObject({ name: 'TimeoutError' })
    expect(received).toEqual([])
  })

  test('does not count for the body, which the caller’s signal still ends', async () => {
    const { call, origin } = await world(
      (_, response) => void response.writeHead(200).write('a part'),
      { timeout: 500 },
    )
    const controller = new AbortController()
    const response = await call(origin, { signal: controller.signal })
    const reading = response.text()
    controller.abort(new Error('Enough'))
    expect(await rejection(reading)).toMatchObject({ message: 'Enough' })
  })

  test('the signal of a Request ends its call', async () => {
    const { call, origin } = await world(() => {})
    const request = new Request(origin, { signal: AbortSignal.timeout(50) })
    expect(await rejection(call(request))).toMatchObject({ name: 'TimeoutError' })
  })
})

test.for<[name: string, options: Record<string, unknown>]>([
  ['exchange', { exchange: undefined }],
  ['exchange', { exchange: () => 'a token' }],
  ['connection', { connection: '' }],
  ['scopes', { scopes: 'read' }],
  ['loginHint', { loginHint: 1 }],
  ['allowedOrigins', { allowedOrigins: [] }],
  ['allowedOrigins', { allowedOrigins: ['https://api.example.test/v1'] }],
  ['allowedOrigins', { allowedOrigins: ['http://api.example.test'] }],
  ['retry.limit', { retry: { limit: -1 } }],
  ['retry.methods', { retry: { limit: 1, methods: ['get'] } }],
  ['timeout', { timeout: 0 }],
  ['fetch', { fetch: 'fetch' }],
])('a wrong option is refused at once: %s, %j', ([name, wrong]) => {
  const options = {
    exchange: sourceOf(['only']),
    connection: 'acme',
    allowedOrigins: ['https://api.example.test'],
  }
  const create = (all: ProviderFetchOptions) => () => createProviderFetch(all)
  expect(create(options)).not.toThrow()
  expect(create({ ...options, ...wrong })).toThrow(new RegExp(`^${name.replace('.', '[.]')}`))
})
