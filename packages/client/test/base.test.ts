import type { Middleware } from 'openapi-fetch'
import { describe, expect, test } from 'vitest'
import { wasSent } from '../src/http/fetch.js'
import {
  type AccessTokenRequest,
  createConnectedAccountsClient,
  listConnectedAccounts,
} from '../src/index.js'
import {
  account,
  json,
  observedClient,
  observedFetch,
  problem,
  rejection,
} from './observed-client.js'

const path = '/connected-accounts/accounts'
const empty = json(200, { accounts: [] })
const invalidToken = problem(401, {}, { 'www-authenticate': 'Bearer error="invalid_token"' })

/** A middleware that keeps what its hooks see, and adds a header. */
function observer(name: string, log: string[] = []) {
  const seen: Headers[] = []
  const middleware: Middleware = {
    onRequest({ request }) {
      log.push(`${name} request`)
      request.headers.set(`x-${name}`, '1')
      seen.push(new Headers(request.headers))
      return request
    },
    onResponse({ request, response }) {
      log.push(`${name} ${response.status}`)
      seen.push(new Headers(request.headers))
    },
    onError({ request }) {
      log.push(`${name} error`)
      seen.push(new Headers(request.headers))
    },
  }
  return { middleware, seen, log }
}

/** A client whose token source has another token each time. */
function clientOf(...answers: (() => Response | Promise<Response>)[]) {
  const { fetch, requests } = observedFetch(...answers)
  const asked: AccessTokenRequest[] = []
  const accessToken = (request: AccessTokenRequest) => {
    asked.push(request)
    return `token-${asked.length}`
  }
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken,
    fetch,
  })
  return { client, requests, asked }
}

describe('middleware', () => {
  test('runs whenever it was added, also for a single call, and never sees a token', async () => {
    const { client, requests } = clientOf(json(200, { accounts: [account(1)] }))
    const [early, ofTheCall, late] = [observer('early'), observer('call'), observer('late')]
    client.use(early.middleware)
    await listConnectedAccounts(client)
    client.use(late.middleware)
    await client.GET(path, { middleware: [ofTheCall.middleware] })
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
    expect(requests.map(({ headers }) => headers.has('x-early'))).toEqual([true, true])
    expect(requests.map(({ headers }) => headers.has('x-late'))).toEqual([false, true])
    expect(requests.map(({ headers }) => headers.has('x-call'))).toEqual([false, true])
    const seen = [early, ofTheCall, late].flatMap((each) => each.seen)
    expect(seen).toHaveLength(8)
    expect(seen.filter((headers) => headers.has('authorization'))).toEqual([])
  })

  test('sees only the final answer of a request that was sent again', async () => {
    const { client, requests } = clientOf(invalidToken, empty)
    const { middleware, log } = observer('any')
    client.use(middleware)
    await client.GET(path)
    expect(log).toEqual(['any request', 'any 200'])
    expect(requests).toHaveLength(2)
  })

  test('sees no token when the network fails, and can be taken out again', async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError('fetch failed')))
    const { middleware, seen, log } = observer('any')
    client.use(middleware)
    await rejection(client.GET(path))
    client.eject(middleware)
    await rejection(client.GET(path))
    expect(log).toEqual(['any request', 'any error'])
    expect(seen.filter((headers) => headers.has('authorization'))).toEqual([])
  })

  test('that returns a request for another origin gets no token', async () => {
    const { client, requests, asked } = clientOf(empty)
    client.use({ onRequest: () => new Request('https://evil.example.test/') })
    const error = await rejection(client.GET(path))
    expect(String(error)).toContain(
      'The access token is for https://tenant.example.test/me/v1 only',
    )
    expect([requests.length, asked.length]).toEqual([0, 0])
  })
})

describe("a call's options", () => {
  test('fetch sends what was authorized, and the nonce or the token may be replaced', async () => {
    const { client, requests: ofTheClient, asked } = clientOf(empty)
    const own = observedFetch(invalidToken, empty)
    const { response } = await client.GET(path, { fetch: own.fetch })
    expect(response.status).toBe(200)
    expect(own.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
    expect([ofTheClient.length, asked.length]).toEqual([0, 2])
    await client.request('get', path, { fetch: own.fetch })
    expect(own.requests.at(-1)?.headers.get('authorization')).toBe('Bearer token-3')
  })

  test.for([
    'https://evil.example.test/me/v1',
    'https://tenant.example.test/me/v10',
    'https://tenant.example.test/me/v1/../v2',
    'https://tenant.example.test.evil.test/me/v1',
    'http://tenant.example.test/me/v1',
  ])('baseUrl cannot send the token to %s', async (baseUrl) => {
    const { client, requests, asked } = clientOf(empty)
    const error = await rejection(client.GET(path, { baseUrl }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('it is not sent with GET')
    expect([requests.length, asked.length]).toEqual([0, 0])
  })

  test('a method that the contract does not have gets no token', async () => {
    const { client, requests, asked } = clientOf(empty)
    const put = client.PUT as (path: string) => Promise<unknown> // the types know no PUT
    expect(String(await rejection(put(path)))).toContain('it is not sent with PUT')
    expect([requests.length, asked.length]).toEqual([0, 0])
  })

  test('redirect and method are not theirs to choose', async () => {
    const { client, requests } = clientOf(empty)
    await client.GET(path, { method: 'DELETE', redirect: 'follow' })
    expect(requests).toMatchObject([{ method: 'GET', redirect: 'manual' }])
  })

  test('serializers, headers and parseAs are those of openapi-fetch', async () => {
    const { client, requests } = observedClient(json(200, { accounts: [] }))
    const { data } = await client.GET(path, {
      params: { query: { take: 5 } },
      querySerializer: ({ take }) => `take=${take}&own=1`,
      headers: { 'x-request-id': 7, 'x-none': null },
      parseAs: 'text',
    })
    expect(data).toBe('{"accounts":[]}')
    expect(requests[0]?.url).toContain('?take=5&own=1')
    expect(requests[0]?.headers.get('x-request-id')).toBe('7')
    expect(requests[0]?.headers.has('x-none')).toBe(false)
    await client.POST('/connected-accounts/connect', {
      body: { connection: 'github', redirect_uri: 'https://app.example.test/' },
      bodySerializer: (body) => JSON.stringify({ ...body, own: 1 }),
    })
    expect(await requests[1]?.json()).toMatchObject({ connection: 'github', own: 1 })
  })

  test.for(['fetch', 'baseUrl', 'middleware'])('%s that is undefined is left out', async (name) => {
    const { client } = observedClient(empty)
    const { data } = await client.GET(path, { [name]: undefined })
    expect(data).toEqual({ accounts: [] })
  })

  test('an abort ends the wait for a fetch that ignores its signal', async () => {
    const never = () => new Promise<Response>(() => undefined)
    const { client } = clientOf(never)
    for (const fetch of [undefined, never]) {
      const controller = new AbortController()
      const listing = rejection(client.GET(path, { signal: controller.signal, fetch }))
      controller.abort(new Error('enough'))
      expect(await listing).toMatchObject({ message: 'enough' })
    }
  })
})

describe('whether a request was sent', () => {
  /** Sends one request, and returns it as the last middleware of the call sees it. */
  async function sentBy(
    client: ReturnType<typeof createConnectedAccountsClient>,
    signal?: AbortSignal,
  ) {
    let seen: Request | undefined
    const note: Middleware = {
      onRequest({ request }) {
        seen = request
      },
    }
    await client.GET(path, { middleware: [note], signal: signal ?? null }).catch(() => undefined)
    return seen !== undefined && wasSent(seen)
  }

  test('is known by the request, whatever came of it', async () => {
    const lost = () => Promise.reject(new TypeError('fetch failed'))
    expect(await sentBy(clientOf(empty).client)).toBe(true)
    expect(await sentBy(clientOf(lost).client)).toBe(true)
    const retrying = createConnectedAccountsClient({
      baseUrl: 'https://app.example.test/api',
      retry: { limit: 1 },
      fetch: observedFetch(empty).fetch,
    })
    expect(await sentBy(retrying)).toBe(true)
  })

  test('is no if there was no token, though another request was given up with the same reason', async () => {
    const controller = new AbortController()
    const hanging = createConnectedAccountsClient({
      domain: 'tenant.example.test',
      accessToken: () => new Promise<string>(() => undefined),
    })
    const { client, requests } = clientOf(() => new Promise<Response>(() => undefined))
    const waiting = sentBy(hanging, controller.signal)
    const sending = sentBy(client, controller.signal)
    await expect.poll(() => requests.length).toBe(1)
    controller.abort()
    expect([await sending, await waiting]).toEqual([true, false])
  })
})
