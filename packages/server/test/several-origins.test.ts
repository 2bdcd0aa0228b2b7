import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import express from 'express'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createExpressHandler } from '../src/adapters/express.js'
import {
  createHandler,
  type RedirectUriFunction,
  type ServerClient,
  type ServerClientOptions,
  sharedSessions,
} from '../src/index.js'
import { createStart } from './application.js'
import { memoryLock, memoryStore } from './shared.js'
import { createServer, createVisitor, keepCookies, rejection, type Visitor } from './visitor.js'

const production = 'https://app.example.test'
const preview = 'https://preview.example.test'
const tenant = tenantWithWeb(defaultTenant(), (web) => {
  web.callbacks.push(`${production}/auth/callback`, `${preview}/auth/callback`)
})
const emulator = await createEmulator({ port: 0, tenant })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())
afterEach(() => void vi.useRealTimers())
const start = createStart(emulator)

/** As `docs/servers.md` has it. */
const origins = new Map([production, preview].map((origin) => [new URL(origin).host, origin]))
const chooseUri: RedirectUriFunction = ({ request }) => {
  const origin = origins.get(request.headers.get('host') ?? '') ?? production
  return `${origin}/auth/callback`
}

function serverWith(redirect_uri: RedirectUriFunction, options: Partial<ServerClientOptions> = {}) {
  return createServer(emulator, { authorizationParams: { redirect_uri }, ...options })
}

/** A browser at the origins of an application. A browser keeps the cookies of each host apart, so there is one visitor for each. */
function browserAt(origin: string, visitor: Visitor = createVisitor(emulator.url)) {
  const send = async (server: ServerClient, path: string, init: RequestInit = {}) => {
    const headers = new Headers({ host: new URL(origin).host, origin, ...init.headers })
    headers.set('cookie', [...visitor.cookies].map((pair) => pair.join('=')).join('; '))
    const request = new Request(new URL(path, origin), { ...init, headers })
    const answer = await createHandler(server)(request)
    keepCookies(visitor.cookies, answer.headers)
    return { status: answer.status, location: answer.headers.get('location') ?? '', answer }
  }
  return {
    ...{ visitor, send },
    post: (server: ServerClient, path: string, fields: Record<string, string>, headers = {}) =>
      send(server, path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  }
}

const inCookies = () => {
  const server = serverWith(chooseUri)
  return [server, server] as const
}
const onMachines = (options: () => Partial<ServerClientOptions>) => () =>
  [serverWith(chooseUri, options()), serverWith(chooseUri, options())] as const

describe.for([
  ['sessions in cookies', inCookies],
  ['sessions in cookies, on two machines', onMachines(() => ({}))],
  [
    'sessions in a store, on two machines',
    () => {
      const [{ keyv }, lock] = [memoryStore(), memoryLock()]
      return onMachines(() => ({ sessions: sharedSessions(keyv, { lock }) }))()
    },
  ],
] as const)('with a redirect_uri function and %s', ([, create]) => {
  test.for([production, preview])(
    'a login, a connect flow and a logout that begin at %s end there',
    async (origin) => {
      const [one, other] = create()
      const { visitor, send, post } = browserAt(origin)
      const started = await send(one, '/auth/login?returnTo=/inbox')
      const callbackUrl = await visitor.logIn(started.location)
      expect(callbackUrl.origin).toBe(origin)
      const { pathname, search } = callbackUrl
      expect((await send(other, pathname + search)).location).toBe(`${origin}/inbox`)
      const connect = await post(one, '/auth/connect', { connection: 'github', returnTo: '/done' })
      const connected = await visitor.connect(connect.location)
      expect(connected.origin).toBe(origin)
      expect((await send(other, connected.pathname + connected.search)).location).toBe(
        `${origin}/done`,
      )
      const { answer } = await send(one, '/auth/me/v1/connected-accounts/accounts')
      expect((await answer.json()).accounts).toMatchObject([{ connection: 'github' }])
      const logout = await post(other, '/auth/logout', { returnTo: '/bye' })
      const after = new URL(logout.location).searchParams.get('post_logout_redirect_uri')
      expect(after).toBe(`${origin}/bye`)
      expect((await send(one, '/auth/me/v1/connected-accounts/accounts')).status).toBe(401)
    },
  )

  test('a login that began at one origin is not completed at another, even with its cookies', async () => {
    const [one, other] = create()
    const { visitor, send } = browserAt(preview)
    const { location } = await send(one, '/auth/login')
    const { pathname, search } = await visitor.logIn(location)
    const elsewhere = await browserAt(production, visitor).send(other, pathname + search)
    expect(elsewhere.status).toBe(400)
    expect(await elsewhere.answer.json()).toMatchObject({ title: 'unknown_state' })
    expect((await send(other, pathname + search)).location).toBe(`${preview}/`)
  })

  test('a session of one origin is none at another, even with its cookies', async () => {
    const [one, other] = create()
    const { visitor, send } = browserAt(preview)
    const { pathname, search } = await visitor.logIn((await send(one, '/auth/login')).location)
    await send(one, pathname + search)
    const path = '/auth/me/v1/connected-accounts/accounts'
    expect((await send(other, path)).status).toBe(200)
    expect((await browserAt(production, visitor).send(other, path)).status).toBe(401)
  })
})

test.for(['evil.example', 'app.example.test.evil.example', 'preview.example.test:444', ''])(
  'a host that is not in the list, %o, has the redirect_uri of the default',
  async (host) => {
    const server = serverWith(chooseUri)
    const { send } = browserAt(production)
    for (const headers of [{ host }, { host, 'x-forwarded-host': 'evil.example' }]) {
      const { location } = await send(server, '/auth/login', { headers })
      const sent = new URL(location).searchParams.get('redirect_uri')
      expect(sent).toBe(`${production}/auth/callback`)
    }
  },
)

test.for<[string, RedirectUriFunction]>([
  ['Host', ({ request }) => `https://${request.headers.get('host')}/auth/callback`],
  [
    'X-Forwarded-Host',
    ({ request }) => `https://${request.headers.get('x-forwarded-host')}/callback`,
  ],
  ['Origin', ({ request }) => `${request.headers.get('origin')}/auth/callback`],
  [
    'Forwarded',
    async ({ request }) =>
      `https://${/host=([^;]*)/.exec(request.headers.get('forwarded') ?? '')?.[1]}/c`,
  ],
])(
  'a function that returns the %s of the request, whichever it is, is a TypeError',
  async ([, redirectUri]) => {
    const server = serverWith(redirectUri)
    const headers = new Headers({ host: 'app.example.test', origin: production })
    headers.set('x-forwarded-host', 'app.example.test')
    headers.set('forwarded', 'host=app.example.test;proto=https')
    const store = () => ({
      request: new Request(production, { headers }),
      response: new Response(),
    })
    for (const call of [server.startInteractiveLogin({}, store()), server.getUser(store())]) {
      const error = await rejection(call)
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toContain('authorizationParams.redirect_uri')
    }
  },
)

test('a function may refuse a host, and the application answers its error', async () => {
  const refused = new Error('no such host')
  const server = serverWith(({ request }) => {
    if (!origins.has(request.headers.get('host') ?? '')) throw refused
    return `${production}/auth/callback`
  })
  const { send } = browserAt(production)
  expect((await send(server, '/auth/login')).status).toBe(303)
  const headers = { host: 'evil.example' }
  expect(await rejection(send(server, '/auth/login', { headers }))).toBe(refused)
  const asked: unknown[] = []
  const handler = createHandler(server, {
    onError: (error) => new Response(null, { status: asked.push(error) && 421 }),
  })
  const request = new Request(`${production}/auth/login`, { headers })
  expect((await handler(request)).status).toBe(421)
  expect(asked).toEqual([refused])
})

test('the function is asked once for each request', async () => {
  let asked = 0
  const server = serverWith((storeOptions) => {
    asked += 1
    return chooseUri(storeOptions)
  })
  const { visitor, send } = browserAt(preview)
  const { pathname, search } = await visitor.logIn((await send(server, '/auth/login')).location)
  asked = 0
  await send(server, pathname + search)
  expect(asked).toBe(1)
})

test('a form must come from the origin that the request has', async () => {
  const server = serverWith(chooseUri)
  const { post } = browserAt(preview)
  const statusOf = async (path: string, origin: string) =>
    (await post(server, path, { connection: 'github' }, { origin })).status
  for (const path of ['/auth/connect', '/auth/me/v1/connected-accounts/connect']) {
    expect(await statusOf(path, production)).toBe(403)
    expect(await statusOf(path, preview)).toBe(401)
  }
})

test.for([undefined, '/auth/callback', 'https://app.example.test/callback?x=1'])(
  'a function that returns %o is a TypeError',
  async (uri) => {
    const server = serverWith(() => uri as string) // as without types
    const { send } = browserAt(production)
    const error = await rejection(send(server, '/auth/login'))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('redirect_uri')
  },
)

test('a function that returns a URL without a path leaves no room for the routes', async () => {
  const server = serverWith(() => production)
  const error = await rejection(browserAt(production).send(server, '/auth/login'))
  expect(String(error)).toContain('redirect_uri must have a path')
})

test('a function that hangs is given up after the timeout, and the answer is 504', async () => {
  vi.useFakeTimers()
  const server = serverWith(() => new Promise(() => {}), { timeout: 1000 })
  const sent = browserAt(production).send(server, '/auth/login')
  await vi.advanceTimersByTimeAsync(1000)
  const { status, answer } = await sent
  expect(status).toBe(504)
  expect(await answer.json()).toMatchObject({ title: 'tenant_timeout' })
})

test('a function that hangs for the host of the check works for others', async () => {
  vi.useFakeTimers()
  const hangs = new Promise<string>(() => {})
  const server = serverWith(
    (store) =>
      store.request.headers.get('host') === 'app.example.test' ? chooseUri(store) : hangs,
    { timeout: 1000 },
  )
  const { send } = browserAt(production)
  const first = send(server, '/auth/login')
  await vi.advanceTimersByTimeAsync(1000)
  expect((await first).status).toBe(504)
  vi.useRealTimers()
  expect((await send(server, '/auth/login')).status).toBe(303)
})

test('another parameter that is a function is a TypeError that names it', () => {
  const create = () =>
    createServer(emulator, {
      authorizationParams: { redirect_uri: chooseUri, ui_locales: () => 'de' },
    })
  expect(create).toThrow(TypeError)
  expect(create).toThrow('authorizationParams.ui_locales')
})

test('a secret that is too short is refused at creation, also with a function', () => {
  expect(() => serverWith(chooseUri, { secret: 'short' })).toThrow('secret must have at least 32')
})

test('startConnectAccount and startInteractiveLogin take a redirect_uri of their own', async () => {
  const server = serverWith(chooseUri)
  const { visitor, send } = browserAt(preview)
  const own = 'http://localhost:3000/own'
  const { pathname, search } = await visitor.logIn((await send(server, '/auth/login')).location)
  await send(server, pathname + search)
  const request = new Request(preview, {
    headers: {
      host: new URL(preview).host,
      cookie: [...visitor.cookies].map((pair) => pair.join('=')).join('; '),
    },
  })
  const store = { request, response: { headers: new Headers() } }
  const login = await server.startInteractiveLogin(
    { authorizationParams: { redirect_uri: own } },
    store,
  )
  expect(new URL(login).searchParams.get('redirect_uri')).toBe(own)
  const url = await server.startConnectAccount({ connection: 'github', redirectUri: own }, store)
  expect((await visitor.connect(url)).href).toContain(own)
})

test('in Express each request has the URL of its own origin', async () => {
  const seen: string[] = []
  const origin = await start(() =>
    express().use(
      createExpressHandler(serverWith(chooseUriOfLocalhost), {
        onError: (_error, { url }) => new Response(null, { status: seen.push(url) && 400 }),
      }),
    ),
  )
  for (const host of ['localhost:3000', 'preview.localhost:3000']) {
    const headers = { 'x-forwarded-host': host }
    await fetch(`${origin}/auth/callback?state=login.unknown`, { headers })
  }
  expect(seen.map((url) => new URL(url).origin)).toEqual([
    'http://localhost:3000',
    'http://preview.localhost:3000',
  ])
})

const chooseUriOfLocalhost: RedirectUriFunction = ({ request }) =>
  request.headers.get('x-forwarded-host') === 'preview.localhost:3000'
    ? 'http://preview.localhost:3000/auth/callback'
    : 'http://localhost:3000/auth/callback'

test('in Express the error of a redirect_uri function reaches the error handlers', async () => {
  const bug = new Error('a bug')
  const seen: unknown[] = []
  const origin = await start(() => {
    const app = express()
    app.use(createExpressHandler(serverWith(() => Promise.reject(bug))))
    app.use(((error, _req, res, _next) => {
      seen.push(error)
      res.sendStatus(500)
    }) satisfies express.ErrorRequestHandler)
    return app
  })
  expect((await fetch(`${origin}/auth/login`)).status).toBe(500)
  expect(seen).toEqual([bug])
})
