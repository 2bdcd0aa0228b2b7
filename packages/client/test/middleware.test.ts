import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import createClient, { type Middleware } from 'openapi-fetch'
import { describe, expect, test } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type AccessTokenRequest,
  authorizationMiddleware,
  createAuthorizedFetch,
} from '../src/index.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

interface Paths {
  '/events': {
    get: { responses: { 200: { content: { 'application/json': { events: string[] } } } } }
    post: {
      requestBody: { content: { 'application/json': { title: string } } }
      responses: { 201: { content: { 'application/json': { id: string } } } }
    }
  }
}

const origin = 'https://api.example.test'
const events = json(200, { events: [] })
const nonceChallenge = (nonce: string) =>
  problem(401, {}, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce })
const invalidToken = problem(401, {}, { 'www-authenticate': 'DPoP error="invalid_token"' })

type Answer = (request: Request) => Response | Promise<Response>

/** A client of an API, the middleware for it, and what the token source and the prover were asked for. */
function apiOf(...answers: Answer[]) {
  const { fetch, requests } = observedFetch(...answers)
  const asked: AccessTokenRequest[] = []
  const nonces: (string | undefined)[] = []
  const authorization = authorizationMiddleware({
    accessToken(request) {
      asked.push(request)
      return { accessToken: `token-${asked.length}`, tokenType: 'DPoP' }
    },
    dpop: fromProver({
      async generateProof({ nonce }) {
        nonces.push(nonce)
        return `proof-${nonces.length}`
      },
    }),
    audience: `${origin}/`,
    scope: 'read:events',
    allowedOrigins: [origin],
  })
  const api = createClient<Paths>({ baseUrl: origin, fetch })
  return { api, authorization, requests, asked, nonces }
}

/** A middleware that notes its hooks, and whether it saw a token. */
function observer(name: string, log: string[]): Middleware {
  const token = (request: Request) => (request.headers.has('authorization') ? 'token' : 'no token')
  return {
    onRequest({ request }) {
      log.push(`${name}: request, ${token(request)}`)
      request.headers.set(`x-${name}`, '1')
    },
    onResponse({ response }) {
      log.push(`${name}: ${response.status}`)
    },
    onError() {
      log.push(`${name}: error`)
    },
  }
}

describe('an authorization middleware', () => {
  test('adds token and proof, and sets redirect to manual', async () => {
    const { api, authorization, requests, asked } = apiOf(events)
    api.use(authorization)
    const { data } = await api.GET('/events', { redirect: 'follow' })
    expect(data).toEqual({ events: [] })
    expect(requests[0]?.headers.get('authorization')).toBe('DPoP token-1')
    expect(requests[0]?.headers.get('dpop')).toBe('proof-1')
    expect(requests[0]?.redirect).toBe('manual')
    expect(asked).toMatchObject([{ audience: `${origin}/`, scope: 'read:events' }])
  })

  test('lets the hooks of every other middleware run, in their order', async () => {
    const log: string[] = []
    const { api, authorization, requests } = apiOf(nonceChallenge('n1'), events)
    api.use(observer('before', log), authorization)
    const { response } = await api.GET('/events', { middleware: [observer('after', log)] })
    expect(response.status).toBe(200)
    expect(log).toEqual([
      'before: request, no token',
      'after: request, token',
      'after: 401',
      'before: 200',
    ])
    expect(requests.map(({ headers }) => headers.get('x-before'))).toEqual(['1', '1'])
  })

  test('lets onError of the others run when the network fails', async () => {
    const log: string[] = []
    const { api, authorization } = apiOf(() => Promise.reject(new TypeError('fetch failed')))
    api.use(observer('before', log), authorization)
    const call = api.GET('/events', { middleware: [observer('after', log)] })
    expect(await rejection(call)).toMatchObject({ message: 'fetch failed' })
    expect(log.slice(2)).toEqual(['after: error', 'before: error'])
  })

  test('sends a POST with its body again after a nonce challenge', async () => {
    const { api, authorization, requests, nonces } = apiOf(
      nonceChallenge('n1'),
      json(201, { id: 'e1' }),
    )
    api.use(authorization)
    const { data } = await api.POST('/events', { body: { title: 'lunch' } })
    expect(data).toEqual({ id: 'e1' })
    expect(await Promise.all(requests.map((request) => request.json()))).toEqual([
      { title: 'lunch' },
      { title: 'lunch' },
    ])
    expect(nonces).toEqual([undefined, 'n1'])
  })

  test("calls the client's fetch as a function, as browsers refuse theirs as a method", async () => {
    const { authorization } = apiOf()
    const answers = [nonceChallenge('n1'), events]
    function fetch(this: unknown) {
      if (this !== undefined) throw new TypeError('Illegal invocation')
      return Promise.resolve((answers.shift() ?? events)())
    }
    const api = createClient<Paths>({ baseUrl: origin, fetch })
    api.use(authorization)
    expect((await api.GET('/events')).response.status).toBe(200)
    expect(answers).toHaveLength(0)
  })

  test('answers each cause at most once', async () => {
    const { api, authorization, requests, asked, nonces } = apiOf(
      nonceChallenge('n1'),
      invalidToken,
      nonceChallenge('n2'),
    )
    api.use(authorization)
    const { response } = await api.GET('/events')
    expect([response.status, requests.length, asked.length]).toEqual([401, 3, 2])
    expect(nonces).toEqual([undefined, 'n1', 'n1'])
  })

  test('keeps two calls at once apart', async () => {
    const { api, authorization, requests } = apiOf(
      nonceChallenge('n1'),
      nonceChallenge('n2'),
      async (request) => Response.json({ id: (await request.json()).title }, { status: 201 }),
    )
    api.use(authorization)
    const post = (title: string) => api.POST('/events', { body: { title } })
    const [first, second] = await Promise.all([post('one'), post('two')])
    expect([first.data, second.data]).toEqual([{ id: 'one' }, { id: 'two' }])
    expect(requests).toHaveLength(4)
  })

  test('sends nothing again after an abort between the challenge and the replay', async () => {
    const controller = new AbortController()
    const { api, authorization, requests, asked } = apiOf(() => {
      controller.abort(new Error('enough'))
      return invalidToken()
    }, events)
    api.use(authorization)
    const error = await rejection(api.GET('/events', { signal: controller.signal }))
    expect(error).toMatchObject({ message: 'enough' })
    expect([requests.length, asked.length]).toEqual([1, 1])
  })

  test('refuses any other origin before it asks for a token', async () => {
    const { api, authorization, requests, asked } = apiOf(events)
    api.use(authorization)
    const error = await rejection(api.GET('/events', { baseUrl: 'https://evil.example.test' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('allowedOrigins does not have https://evil.example.test')
    expect([requests.length, asked.length]).toEqual([0, 0])
  })

  test('has its origins fixed when it is made', async () => {
    const allowedOrigins = [origin]
    const options = { accessToken: 't', audience: 'a', scope: '', allowedOrigins }
    const { fetch, requests } = observedFetch(events)
    const api = createClient<Paths>({ baseUrl: 'https://evil.example.test', fetch })
    api.use(authorizationMiddleware(options))
    const authorized = createAuthorizedFetch({ ...options, fetch })
    allowedOrigins.push('https://evil.example.test')
    await expect(api.GET('/events')).rejects.toThrow('allowedOrigins does not have')
    await expect(authorized('https://evil.example.test/')).rejects.toThrow('allowedOrigins')
    expect(requests).toHaveLength(0)
  })

  test('is not made of wrong options', () => {
    const options = { accessToken: '', audience: 'a', scope: '', allowedOrigins: [origin] }
    expect(() => authorizationMiddleware(options)).toThrow('accessToken must be')
  })

  test.for<[string, Middleware]>([
    [
      'throws',
      {
        onRequest() {
          throw new Error('no')
        },
      },
    ],
    ['answers itself', { onRequest: () => Response.json({ events: [] }) }],
  ])('keeps nothing of 10,000 calls whose own middleware %s', async ([, middleware]) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const { api, authorization } = apiOf(events)
    const kept: WeakRef<object>[] = []
    const note: Middleware = {
      onRequest({ request, options }) {
        kept.push(new WeakRef(request), new WeakRef(options))
      },
    }
    api.use(authorization)
    for (let n = 0; n < 10_000; n += 1) {
      await api.GET('/events', { middleware: [note, middleware] }).catch(() => undefined)
    }
    expect(kept).toHaveLength(20_000)
    const alive = () => {
      collectGarbage()
      return kept.filter((reference) => reference.deref()).length
    }
    // The last call may still be on the stack of this test.
    await expect.poll(alive, { timeout: 10_000 }).toBeLessThan(10)
    // The client is still there, so it was not collected together with what it keeps.
    expect((await api.GET('/events')).response.status).toBe(200)
  })
})

test('createAuthorizedFetch, as the fetch of a client, signs after every middleware', async () => {
  const log: string[] = []
  const { fetch, requests } = observedFetch(nonceChallenge('n1'), events)
  const authorized = createAuthorizedFetch({
    accessToken: () => ({ accessToken: 'token-1', tokenType: 'DPoP' }),
    dpop: fromProver({ generateProof: async ({ nonce }) => `proof ${nonce}` }),
    audience: `${origin}/`,
    scope: '',
    allowedOrigins: [origin],
    fetch,
  })
  const api = createClient<Paths>({ baseUrl: origin, fetch: authorized })
  await api.GET('/events', { middleware: [observer('after', log)] })
  expect(log).toEqual(['after: request, no token', 'after: 200'])
  expect(requests.map(({ headers }) => headers.get('dpop'))).toEqual([
    'proof undefined',
    'proof n1',
  ])
})
