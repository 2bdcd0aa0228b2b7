import { once } from 'node:events'
import { request as ask, createServer as listen } from 'node:http'
import { text } from 'node:stream/consumers'
import { createEmulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createExpressHandler } from '../src/adapters/express.js'
import {
  createConnectedAccountsHandler,
  createHandler,
  createRoutes,
  type RoutesOptions,
  sharedSessions,
} from '../src/index.js'
import { type Application, createBrowserAt, createStart } from './application.js'
import { memoryLock, memoryStore } from './shared.js'
import { createServer, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())
const start = createStart(emulator)

const inHono =
  (options?: RoutesOptions): Application =>
  (server) => {
    const handler = createHandler(server, options)
    return getRequestListener(new Hono().all('/auth/*', ({ req }) => handler(req.raw)).fetch)
  }

/** A whole application of Hono that another one mounts. */
const mountedInHono: Application = (server) => {
  const handler = createHandler(server, { basePath: '/app' })
  const inner = new Hono().all('/auth/*', ({ req }) => handler(req.raw))
  return getRequestListener(new Hono().mount('/app', inner.fetch).fetch)
}

const handlerMountedInHono: Application = (server) => {
  const handler = createHandler(server, { basePath: '/auth' })
  return getRequestListener(new Hono().mount('/auth', handler).fetch)
}

const routedInHono: Application = (server) => {
  const handler = createHandler(server, { basePath: '/app' })
  const inner = new Hono().all('/auth/*', ({ req }) => handler(req.raw))
  return getRequestListener(new Hono().route('/app', inner).fetch)
}

const inExpressRouter: Application = (server) =>
  express().use('/app', express.Router().use(createExpressHandler(server, { basePath: '/app' })))

const inExpress: Application = (server) =>
  express().use(createExpressHandler(server, { basePath: '/app' }))

/** As `location /app/ { proxy_pass http://127.0.0.1:3000/; }` of nginx: removes the path, and sends its own `Host`. */
const behindStrippingProxy =
  (application: Application): Application =>
  (server) => {
    const inner = listen(application(server)).listen(0, '127.0.0.1')
    afterAll(() => void inner.close())
    return (request, response) => {
      const address = inner.address()
      if (typeof address !== 'object' || !request.url?.startsWith('/app/')) {
        response.writeHead(404).end()
        return
      }
      const { method, headers, url } = request
      const path = url.slice('/app'.length)
      const sent = ask(
        {
          host: '127.0.0.1',
          port: address?.port,
          path,
          method,
          headers: { ...headers, host: 'inner' },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
          answer.pipe(response)
        },
      )
      request.pipe(sent)
    }
  }

/** As Next.js with `trailingSlash` does: redirects every other path. */
const withTrailingSlashes =
  (application: Application): Application =>
  (server) => {
    const inner = application(server)
    return (request, response) => {
      const [path = '', query] = (request.url ?? '').split('?')
      if (path.endsWith('/')) return inner?.(request, response)
      response.writeHead(308, { location: `${path}/${query ? `?${query}` : ''}` }).end()
    }
  }

/** Goes to a page as a person does: `fetch` cannot navigate. Follows redirects to the same path with a slash at the end. */
async function navigate(
  url: string,
  cookies: Map<string, string>,
): Promise<{ page: string; location: string | undefined }> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const sent = ask(url, { headers: { accept: 'text/html', cookie } }).end()
  const [answer] = await once(sent, 'response')
  const page = await text(answer)
  const { location } = answer.headers
  return answer.statusCode === 308
    ? navigate(new URL(location, url).href, cookies)
    : { page, location }
}

/** How the application is mounted, the path of its callback, and the page at which flows without a `returnTo` end. */
const mounts: [string, Application, { callback: string; home: string }][] = [
  [
    'an application of Hono that is mounted',
    mountedInHono,
    { callback: '/app/auth/callback', home: '/app' },
  ],
  [
    'the handler alone, mounted in Hono',
    handlerMountedInHono,
    { callback: '/auth/callback', home: '/' },
  ],
  [
    'an application of Hono that is a route',
    routedInHono,
    { callback: '/app/auth/callback', home: '/app' },
  ],
  ['a router of Express', inExpressRouter, { callback: '/app/auth/callback', home: '/app' }],
  [
    'Express behind a proxy that removes the path',
    behindStrippingProxy(inExpress),
    { callback: '/app/auth/callback', home: '/app' },
  ],
  [
    'Hono behind a proxy that removes the path',
    behindStrippingProxy(inHono({ basePath: '/app' })),
    { callback: '/app/auth/callback', home: '/app' },
  ],
  [
    'a slash at the end of every path',
    withTrailingSlashes(inHono()),
    { callback: '/auth/callback', home: '/' },
  ],
  [
    'a slash at the end of the redirect_uri, too',
    withTrailingSlashes(inHono()),
    { callback: '/auth/callback/', home: '/' },
  ],
]

describe.for(mounts)('with %s', ([, application, { callback, home }]) => {
  const base = callback.slice(0, callback.indexOf('/callback'))

  test('a user logs in, connects an account, lists it, disconnects it and logs out', async () => {
    const origin = await start(application, { callback })
    const { visitor, send, locationOf, post, logIn } = createBrowserAt(emulator, origin, base)
    expect(await logIn('')).toBe(origin + home)
    const { href } = await visitor.connect(await post(`${base}/connect`, { connection: 'github' }))
    expect(href).toContain(`${origin}${callback}?`)
    expect(await locationOf(send(href))).toBe(origin + home)
    const path = `${base}/me/v1/connected-accounts/accounts`
    const { accounts } = await (await send(path)).json()
    expect(accounts).toMatchObject([{ connection: 'github' }])
    expect((await send(`${path}/${accounts[0].id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await visitor.logIn(await post(`${base}/logout`, {}))).href).toBe(origin + home)
    expect((await send(path)).status).toBe(401)
  })

  test('a login and a connect flow lead to their returnTo, which is a path of the origin', async () => {
    const origin = await start(application, { callback })
    const { visitor, send, locationOf, post, logIn } = createBrowserAt(emulator, origin, base)
    expect(await logIn('?returnTo=/app/inbox')).toBe(`${origin}/app/inbox`)
    const fields = { connection: 'github', returnTo: '/app/accounts' }
    const { href } = await visitor.connect(await post(`${base}/connect`, fields))
    expect(await locationOf(send(href))).toBe(`${origin}/app/accounts`)
  })

  test('the page about a failure leads to the login and back to the application', async () => {
    const origin = await start(application, { callback })
    const { visitor, logIn } = createBrowserAt(emulator, origin, base)
    const url = `${origin}${callback}?state=login.unknown`
    const { page } = await navigate(url, visitor.cookies)
    const links = [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href)
    expect(links).toEqual([`${origin}${base}/login`, origin + home])
    await logIn()
    expect((await navigate(url, visitor.cookies)).location).toBe(origin + home)
  })
})

describe('createHandler', () => {
  const at = (redirect_uri: string, options: RoutesOptions = {}) => {
    const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
    const server = createServer(emulator, { authorizationParams: { redirect_uri }, sessions })
    const handler = createHandler(server, options)
    return (path: string, method = 'GET') =>
      handler(new Request(new URL(path, redirect_uri), { method }))
  }
  const routes: [string, string, number][] = [
    ['GET', '/auth/login', 303],
    ['GET', '/auth/callback', 400],
    ['GET', '/auth/connect', 405],
    ['POST', '/auth/logout', 403],
    ['POST', '/auth/backchannel-logout', 400],
    ['GET', '/auth/me/v1/connected-accounts/accounts', 401],
    ['GET', '/auth/me/v1/connected-accounts/connections', 401],
    ['POST', '/auth/me/v1/connected-accounts/connect', 403],
    ['POST', '/auth/me/v1/connected-accounts/complete', 403],
    ['DELETE', '/auth/me/v1/connected-accounts/accounts/cac_1', 403],
  ]

  test.for(routes)(
    '%s %s has its route with a slash at the end and without, whichever the redirect_uri has, and with the basePath and without',
    async ([method, path, status]) => {
      const uri = 'http://localhost:3000/auth/callback'
      const inApp = 'http://localhost:3000/app/auth/callback'
      for (const send of [at(uri), at(`${uri}/`)]) {
        for (const one of [path, `${path}/`]) expect((await send(one, method)).status).toBe(status)
      }
      for (const basePath of ['/app', '/app/']) {
        for (const send of [at(inApp, { basePath }), at(`${inApp}/`, { basePath })]) {
          for (const one of [path, `${path}/`, `/app${path}`, `/app${path}/`]) {
            expect((await send(one, method)).status).toBe(status)
          }
        }
      }
    },
  )

  test.for(['/auth/loginx', '/auth/login//', '/authlogin', '/auth/', '/login', '/app/auth/login'])(
    '%s is not a route',
    async (path) => {
      const answer = await at('http://localhost:3000/auth/callback')(path)
      expect(answer.status).toBe(404)
      const { title, detail } = await answer.json()
      expect(title).toBe('not_found')
      expect(detail).toContain(`${path} is not a route`)
      expect(detail).toContain('/auth/login')
    },
  )

  test.for<[string, string, string]>([
    ['/auth/login', 'http://localhost:3000/app/auth/callback', '/app'],
    ['/auth/callback/', 'http://localhost:3000/app/auth/callback', '/app'],
    ['/login', 'http://localhost:3000/app/auth/callback', '/app/auth'],
    ['/auth/me/v1/connected-accounts/accounts', 'http://localhost:3000/app/auth/callback', '/app'],
    ['/x/auth/connect', 'http://localhost:3000/a/b/x/auth/callback/', '/a/b'],
  ])(
    'the 404 of %s, which would be a route of %s, names the basePath %s',
    async ([path, uri, base]) => {
      const answer = await at(uri)(path)
      expect(answer.status).toBe(404)
      const { detail } = await answer.json()
      expect(detail).toContain(`${path} is not a route. ${base}${path} is one`)
      expect(detail).toContain(`createHandler(server, { basePath: '${base}' })`)
    },
  )

  test.for(['app', '//app', '/app?x', '/app#x'])('the basePath %s is a TypeError', (basePath) => {
    const create = () => at('http://localhost:3000/app/auth/callback', { basePath })
    expect(create).toThrow(TypeError)
    expect(create).toThrow('basePath')
  })

  test.for(['http://localhost:3000/auth/callback', 'http://localhost:3000/apple/callback'])(
    'a basePath with which the redirect_uri %s does not begin is a TypeError that names both',
    (uri) => {
      const create = () => at(uri, { basePath: '/app' })
      expect(create).toThrow(TypeError)
      expect(create).toThrow("basePath is '/app'")
      expect(create).toThrow(new URL(uri).pathname)
    },
  )

  test.for([undefined, '', '/'])('a basePath of %o is none', async (basePath) => {
    const send = at('http://localhost:3000/auth/callback', { basePath })
    expect((await send('/auth/login')).status).toBe(303)
  })
})

test('with the basePath, flows of createRoutes without a returnTo end there', async () => {
  const origin = await start(
    (server) => {
      const { login, callback } = createRoutes(server, { basePath: '/app' })
      const app = new Hono()
      app.get('/app/login', ({ req }) => login(req.raw))
      app.get('/app/callback', ({ req }) => callback(req.raw))
      return getRequestListener(app.fetch)
    },
    { callback: '/app/callback' },
  )
  expect(await createBrowserAt(emulator, origin, '/app').logIn('')).toBe(`${origin}/app`)
})

test('createConnectedAccountsHandler takes a slash at the end of a path, and asks the tenant without', async () => {
  const asked: string[] = []
  const server = createServer(emulator, {
    fetch(request) {
      if (request.url.includes('/me/v1/')) asked.push(new URL(request.url).pathname)
      return fetch(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const handler = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const url = 'http://localhost:3000/api/me/v1/connected-accounts/accounts/?take=1'
  expect((await handler(new Request(url, { headers: { cookie } }))).status).toBe(200)
  expect(asked).toEqual(['/me/v1/connected-accounts/accounts'])
})

test('the 404 of createConnectedAccountsHandler names the path that it saw, and its basePath', async () => {
  const handler = createConnectedAccountsHandler(createServer(emulator), {
    basePath: '/app/api/me/v1',
  })
  const url = 'http://localhost:3000/api/me/v1/connected-accounts/accounts'
  const { detail } = await (await handler(new Request(url))).json()
  expect(detail).toContain(
    "GET /api/me/v1/connected-accounts/accounts is not below '/app/api/me/v1'",
  )
})
