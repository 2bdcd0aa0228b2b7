import { once } from 'node:events'
import { type RequestOptions, request } from 'node:http'
import { createEmulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createExpressHandler, storeOptions } from '../src/adapters/express.js'
import { createHandler } from '../src/index.js'
import { type Application, createBrowserAt, createStart } from './application.js'
import { createServer, redirectUri, secret } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const start = createStart(emulator)
const visit = (origin: string) => createBrowserAt(emulator, origin)

/** As `docs/servers.md` has it. */
const inHono: Application = (server) => {
  const handler = createHandler(server)
  const app = new Hono()
  app.all('/auth/*', ({ req }) => handler(req.raw))
  app.get('/user', async (c) => {
    c.header('set-cookie', 'theme=dark')
    const user = await server.getUser({ request: c.req.raw, response: c.res })
    return c.json(user ?? null)
  })
  app.get('/token', async (c) => {
    const token = await server.getAccessToken(
      { audience: 'https://api.example.test/' },
      { request: c.req.raw, response: c.res },
    )
    return c.json(token.tokenType)
  })
  return getRequestListener(app.fetch)
}

/** As `docs/servers.md` has it. */
const inExpress: Application = (server) => {
  const app = express()
  app.use(createExpressHandler(server))
  app.use(express.json())
  app.get('/user', async (req, res) => {
    res.cookie('theme', 'dark')
    res.json((await server.getUser(storeOptions(req, res))) ?? null)
  })
  app.get('/token', async (req, res) => {
    res.cookie('theme', 'dark')
    const token = await server.getAccessToken(
      { audience: 'https://api.example.test/' },
      storeOptions(req, res),
    )
    res.json(token.tokenType)
  })
  return app
}

const applications = [
  ['Hono', inHono],
  ['Express 5', inExpress],
] as const

test.for(applications)(
  'in %s a user logs in, connects an account, lists it, disconnects it and logs out',
  async ([, app]) => {
    const origin = await start(app)
    const { visitor, send, locationOf, post, logIn } = visit(origin)
    expect(await logIn()).toBe(`${origin}/home`)
    const { href: connected } = await visitor.connect(
      await post('/auth/connect', { connection: 'github', returnTo: '/accounts' }),
    )
    expect(await locationOf(send(connected))).toBe(`${origin}/accounts`)
    const listed = await send('/auth/me/v1/connected-accounts/accounts')
    const { accounts } = await listed.json()
    expect(accounts).toMatchObject([{ connection: 'github' }])
    const path = `/auth/me/v1/connected-accounts/accounts/${accounts[0].id}`
    expect((await send(path, { method: 'DELETE' })).status).toBe(204)
    const logout = await post('/auth/logout', { returnTo: '/bye' })
    expect((await visitor.logIn(logout)).href).toBe(`${origin}/bye`)
    expect((await send('/auth/me/v1/connected-accounts/accounts')).status).toBe(401)
  },
)

test.for(applications)(
  'in %s a route of the application knows the user, and its answer has the cookies of a refresh beside its own',
  async ([, app]) => {
    const { send, logIn } = visit(await start(app))
    expect(await (await send('/user')).json()).toBeNull()
    await logIn()
    expect(await (await send('/user')).json()).toMatchObject({ sub: 'auth0|alice' })
    const refreshed = await send('/token')
    expect(await refreshed.json()).toBe('Bearer')
    const names = refreshed.headers.getSetCookie().map((line) => line.replace(/=.*/, ''))
    expect(names).toContainEqual(expect.stringMatching(/^ca-\d+_session\.0$/))
    expect(refreshed.headers.get('cache-control')).toBe('no-store')
  },
)

test.for(applications)(
  'in %s a form over 8 KiB and a body over 64 KiB are refused, and the sender is told so',
  async ([, app]) => {
    const { send, logIn } = visit(await start(app))
    await logIn()
    const statusOf = async (path: string, size: number, type: string) => {
      const init = { method: 'POST', body: 'x'.repeat(size), headers: { 'content-type': type } }
      const answer = await send(path, init)
      const { title } = await answer.json()
      return [answer.status, title]
    }
    const form = 'application/x-www-form-urlencoded'
    expect(await statusOf('/auth/connect', 8192, form)).toEqual([400, 'invalid_request'])
    for (const size of [8193, 65_537]) {
      expect(await statusOf('/auth/connect', size, form)).toEqual([413, 'body_too_large'])
    }
    const operation = '/auth/me/v1/connected-accounts/connect'
    expect(await statusOf(operation, 65_537, 'application/json')).toEqual([413, 'body_too_large'])
    expect(await statusOf('/auth/connect', 10, 'application/json')).toEqual([415, 'not_a_form'])
    expect(await send('/user')).toMatchObject({ status: 200 })
  },
)

test('in Express cookies that were set before stay', async () => {
  const { send, logIn } = visit(await start(inExpress))
  await logIn()
  const { headers } = await send('/token')
  expect(headers.getSetCookie()).toContain('theme=dark; Path=/')
})

test('in Express a header that a middleware has set before is there once', async () => {
  const origin = await start((server) => {
    const app = express()
    app.use((_req, res, next) => {
      res.set({ 'cache-control': 'private', 'x-content-type-options': 'nosniff' })
      next()
    })
    return app.use(createExpressHandler(server))
  })
  const { headers } = await visit(origin).send('/auth/login')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('in Express the handler adds its cookies to those that a middleware has set before', async () => {
  const origin = await start((server) => {
    const app = express()
    app.use((_req, res, next) => {
      res.cookie('theme', 'dark')
      next()
    })
    return app.use(createExpressHandler(server))
  })
  const { headers } = await visit(origin).send('/auth/login')
  expect(headers.getSetCookie()).toEqual([
    'theme=dark; Path=/',
    expect.stringMatching(/^ca-\d+_tx\./),
  ])
})

test("in Express an error of the application itself reaches Express's error handlers", async () => {
  const bug = new Error('a bug')
  const seen: unknown[] = []
  const options = {
    domain() {
      throw bug
    },
  }
  const origin = await start((server) => {
    const app = express()
    app.use(createExpressHandler(server))
    app.use(((error, _req, res, _next) => {
      seen.push(error)
      res.sendStatus(500)
    }) satisfies express.ErrorRequestHandler)
    return app
  }, options)
  expect((await visit(origin).send('/auth/login')).status).toBe(500)
  expect(seen).toEqual([bug])
})

test.for(['a b', '[', 'evil.example/x?', ''])(
  'in Express a Host of %o changes nothing',
  async (host) => {
    const origin = await start(inExpress)
    const status = await new Promise((resolve) => {
      request(`${origin}/auth/login`, { headers: { host } }, (response) => {
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(303)
  },
)

/**
 * Starts Express, and lets a browser leave before it has the answer to its request. Returns what `onError` was asked,
 * after the handler is done.
 */
async function leave(
  path: string,
  init: RequestOptions,
  options: Leaving = {},
): Promise<unknown[]> {
  const errors: unknown[] = []
  let begin: (handled: { done: Promise<void> }) => void
  const begun = new Promise<{ done: Promise<void> }>((resolve) => {
    begin = resolve
  })
  let close: () => void
  const left = new Promise<void>((resolve) => {
    close = resolve
  })
  const origin = await start(
    (server) => {
      const handler = createExpressHandler(server, {
        onError(error) {
          errors.push(error)
          return options.answer?.() ?? new Response(null, { status: 500 })
        },
      })
      return express().use((req, res, next) => {
        res.once('close', close)
        begin({ done: handler(req, res, next) })
      })
    },
    {
      async fetch() {
        await left
        throw new TypeError('fetch failed')
      },
    },
  )
  const sent = request(origin + path, { ...init, headers: { origin, ...init.headers } })
  sent.on('error', () => {}) // 'socket hang up', as it hangs up itself
  if (init.method === 'POST') sent.write('connection=')
  else sent.end()
  const { done } = await begun
  if (options.answer) await once(sent, 'response')
  sent.destroy()
  await done
  return errors
}

interface Leaving {
  /** The answer of `onError`. The browser leaves when it begins. */
  answer?: () => Response
}

test('in Express a browser that leaves while it sends a form is no error of the application', async () => {
  const headers = {
    'content-length': '1000',
    'content-type': 'application/x-www-form-urlencoded',
  }
  expect(await leave('/auth/connect', { method: 'POST', headers })).toEqual([])
})

test('in Express a browser that leaves before the tenant answers is no error of the application', async () => {
  expect(await leave('/auth/login', {})).toEqual([])
})

test('in Express an answer whose browser left in the middle is cancelled, and that is no error', async () => {
  let cancelled = 0
  const answer = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel() {
          cancelled += 1
        },
      }),
    )
  expect(await leave('/auth/callback?state=login.unknown', {}, { answer })).toHaveLength(1)
  expect(cancelled).toBe(1)
})

test('in Express what is no route of ours goes on to the next handler', async () => {
  const { send } = visit(await start(inExpress))
  const answer = await send('/auth/elsewhere')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    404,
    'text/html; charset=utf-8',
  ])
})

test('in Express a request that names another host in its target is none of ours (RFC 9112 §3.2.2)', async () => {
  const origin = await start(inExpress)
  const statusOf = (path: string) =>
    new Promise((resolve) => {
      request(origin, { path }, ({ statusCode }) => resolve(statusCode)).end()
    })
  expect(await statusOf('/auth/login')).toBe(303)
  expect(await statusOf('http://evil.example/auth/login')).toBe(404)
})

test('in Express a handler behind a body parser says so', async () => {
  const origin = await start((server) => {
    const app = express()
    app.use(express.urlencoded(), createExpressHandler(server))
    app.use(((error, _req, res, _next) => {
      res.status(500).send(error.message)
    }) satisfies express.ErrorRequestHandler)
    return app
  })
  const body = new URLSearchParams({ connection: 'github' })
  const answer = await visit(origin).send('/auth/connect', { method: 'POST', body })
  expect([answer.status, await answer.text()]).toEqual([
    500,
    expect.stringContaining('before express.json()'),
  ])
})

test('in Express the origin of a URL is that of the redirect_uri, whatever the request says', async () => {
  const seen: string[] = []
  const server = createServer(emulator, {
    authorizationParams: { redirect_uri: 'https://app.example.test/auth/callback' },
    secret,
  })
  const handler = createExpressHandler(server, {
    onError: (_error, { url }) => new Response(null, { status: seen.push(url) && 400 }),
  })
  const origin = await start(() => express().use(handler))
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  await visit(origin).send('/auth/callback?state=login.unknown', { headers })
  expect(seen).toEqual(['https://app.example.test/auth/callback?state=login.unknown'])
})

test('one function answers every route beside the redirect_uri, and the rest with 404', async () => {
  const handler = createHandler(createServer(emulator))
  const statusOf = async (path: string, method = 'GET') =>
    (await handler(new Request(new URL(path, redirectUri), { method }))).status
  expect(await statusOf('/login')).toBe(303)
  expect(await statusOf('/callback?state=login.unknown')).toBe(400)
  expect(await statusOf('/connect')).toBe(405)
  expect(await statusOf('/logout', 'POST')).toBe(403)
  expect(await statusOf('/me/v1/connected-accounts/accounts')).toBe(401)
  expect(await statusOf('/me/v1/factors')).toBe(404)
  expect(await statusOf('/auth/login')).toBe(404)
})

test('a redirect_uri without a path leaves no room for the routes', () => {
  const server = createServer(emulator, {
    authorizationParams: { redirect_uri: 'http://localhost:3000' },
  })
  expect(() => createHandler(server)).toThrow('redirect_uri must have a path, like')
})

test('Express leaves a method that no Request can have to the next middleware', async () => {
  const origin = await start(inExpress)
  const asked = request(`${origin}/auth/login`, { method: 'TRACE' }).end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  expect(answer.statusCode).toBe(404)
})
