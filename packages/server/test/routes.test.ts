import { MyAccountApiError } from '@connected-accounts/client'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRoutes, type Route } from '../src/index.js'
import { errorResponse } from '../src/routes/problem.js'
import { createServer, createVisitor, keepCookies, redirectUri, type Visitor } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const origin = 'http://localhost:3000'

/** Sends a request of this browser to a route. */
async function send(visitor: Visitor, route: Route, url: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers)
  headers.set('cookie', [...visitor.cookies].map((pair) => pair.join('=')).join('; '))
  const response = await route(new Request(new URL(url, origin), { ...init, headers }))
  keepCookies(visitor.cookies, response.headers)
  return response
}

/** What a form of the application sends. */
function form(fields: Record<string, string>): RequestInit {
  return { method: 'POST', headers: { origin }, body: new URLSearchParams(fields) }
}

const locationOf = (response: Response) => response.headers.get('location') ?? ''

async function logIn(returnTo: string) {
  const server = createServer(emulator)
  const routes = createRoutes(server)
  const visitor = createVisitor(emulator.url)
  const started = await send(visitor, routes.login, `/login?returnTo=${returnTo}`)
  const callbackUrl = await visitor.logIn(locationOf(started))
  const completed = await send(visitor, routes.callback, callbackUrl.href)
  return { server, routes, visitor, started, completed }
}

test('login, connect and logout lead a browser there and back', async () => {
  const { server, routes, visitor, started, completed } = await logIn('/inbox')
  expect([started.status, completed.status]).toEqual([303, 303])
  expect(locationOf(completed)).toBe(`${origin}/inbox`)
  const fields = { connection: 'github', scopes: 'repo', returnTo: '/accounts' }
  const connect = await send(visitor, routes.connect, '/connect', form(fields))
  const connected = await visitor.connect(locationOf(connect))
  const back = await send(visitor, routes.callback, connected.href)
  expect(locationOf(back)).toBe(`${origin}/accounts`)
  const { accounts } = await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(accounts).toMatchObject([
    { connection: 'github', scopes: expect.arrayContaining(['repo']) },
  ])
  const logout = await send(visitor, routes.logout, '/logout', form({ returnTo: '/bye' }))
  expect((await visitor.logIn(locationOf(logout))).href).toBe(`${origin}/bye`)
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
})

test('every redirect says that no cache may keep it', async () => {
  const { started, completed } = await logIn('/')
  for (const { headers } of [started, completed]) {
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('connect and logout take no GET, so that no link starts them, and login takes no POST', async () => {
  const { routes, visitor } = await logIn('/')
  for (const route of [routes.connect, routes.logout]) {
    const answer = await send(visitor, route, '/?connection=github')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  }
  expect((await send(visitor, routes.login, '/login', { method: 'POST' })).status).toBe(405)
})

test('a form of another site starts nothing', async () => {
  const { server, routes, visitor } = await logIn('/')
  for (const headers of [{ origin: 'http://evil.example' }, { origin: `${origin}.evil` }, {}]) {
    for (const route of [routes.connect, routes.logout]) {
      const request = { ...form({ connection: 'github' }), headers }
      expect((await send(visitor, route, '/', request)).status).toBe(403)
    }
  }
  expect(await visitor.request((store) => server.getUser(store))).toBeTruthy()
})

test.for([
  '//evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  '/\\evil.example',
  `/${'A'.repeat(512)}`,
])('a returnTo of %s is refused with 400 by login, connect and logout', async (returnTo) => {
  const { routes, visitor } = await logIn('/')
  const login = `/login?returnTo=${encodeURIComponent(returnTo)}`
  const answers = [
    await send(visitor, routes.login, login),
    await send(visitor, routes.connect, '/', form({ connection: 'github', returnTo })),
    await send(visitor, routes.logout, '/', form({ returnTo })),
  ]
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
  const problems = await Promise.all(answers.map((answer) => answer.json()))
  expect(problems.map(({ title }) => title)).toEqual([
    'bad_return_to',
    'invalid_request',
    'bad_return_to',
  ])
})

test.for<[string, string[]]>([
  ['one of 256 characters', ['a'.repeat(256)]],
  ['101 of them', Array.from({ length: 101 }, (_, n) => `scope-${n}`)],
  ['one twice', ['repo', 'repo']],
])('scopes that the contract refuses are refused with 400: %s', async ([, scopes]) => {
  const { routes, visitor } = await logIn('/')
  const fields = [['connection', 'github'], ...scopes.map((scope) => ['scopes', scope])]
  const request = { ...form({}), body: new URLSearchParams(fields) }
  const answer = await send(visitor, routes.connect, '/', request)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ title: 'invalid_request' })
})

test('connect passes prompt, login_hint and the other parameters of the contract on to the provider', async () => {
  const { visitor } = await logIn('/')
  const bodies: unknown[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      if (request.url.endsWith('/connect')) bodies.push(await request.clone().json())
      return fetch(request)
    },
  })
  const params = { prompt: 'consent', login_hint: 'me@example.test', access_type: 'offline' }
  const fields = { connection: 'google-oauth2', ...params, max_age: '60', acr_values: '' }
  const answer = await send(visitor, createRoutes(server).connect, '/', form(fields))
  expect(answer.status).toBe(303)
  expect(bodies).toMatchObject([{ connection: 'google-oauth2' }])
  expect(bodies).toHaveProperty('0.authorization_params', { ...params, max_age: 60 })
})

test.for<[string, Record<string, string>, string]>([
  ['a field that it does not know', { connection: 'github', loginHint: 'me' }, "'loginHint'"],
  ['no connection', {}, 'connection'],
  ['a name of Object.prototype', { connection: 'github', constructor: 'x' }, "'constructor'"],
])('connect refuses a form with %s, by its name', async ([, fields, name]) => {
  const { routes, visitor } = await logIn('/')
  const answer = await send(visitor, routes.connect, '/', form(fields))
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    title: 'invalid_request',
    detail: expect.stringContaining(name),
  })
})

test('connect refuses a form that has one of its parameters twice', async () => {
  const { routes, visitor } = await logIn('/')
  const fields = ['github', 'slack'].map((connection) => ['connection', connection])
  const request = { ...form({}), body: new URLSearchParams(fields) }
  const answer = await send(visitor, routes.connect, '/', request)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    title: 'invalid_request',
    detail: expect.stringContaining("'connection'"),
  })
})

test('an empty returnTo is none, and one that the application itself kept does not lead elsewhere', async () => {
  expect(locationOf((await logIn('')).completed)).toBe(`${origin}/`)
  for (const returnTo of ['https://evil.example/', 'http://[']) {
    const server = createServer(emulator)
    const routes = createRoutes(server)
    const visitor = createVisitor(emulator.url)
    const options = { appState: { returnTo } }
    const url = await visitor.request((store) => server.startInteractiveLogin(options, store))
    const completed = await send(visitor, routes.callback, (await visitor.logIn(url)).href)
    expect([completed.status, locationOf(completed)]).toEqual([303, `${origin}/`])
  }
})

test('cookies of others that begin as ours do no harm', async () => {
  const routes = createRoutes(createServer(emulator))
  const visitor = createVisitor(emulator.url)
  for (const name of ['a b', 'a', 'b', 'c', 'd', 'e'])
    visitor.cookies.set(`ca-3000_tx.${name}`, '1')
  expect((await send(visitor, routes.login, '/login')).status).toBe(303)
})

test.for<[number, number]>([
  [200, 502],
  [302, 502],
  [404, 404],
  [429, 429],
  [503, 502],
])('a %i of the tenant that is not what was expected is answered with %i', ([status, answered]) => {
  const headers = { 'retry-after': '7' }
  const unexpected = new MyAccountApiError(new Response(null, { status, headers }), '<html>')
  const answer = errorResponse(unexpected)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([answered, '7'])
})

test('errors are problems with their code, and a transaction that ended is taken from the browser', async () => {
  const { routes, visitor } = await logIn('/')
  const connect = await send(visitor, routes.connect, '/', form({ connection: 'github' }))
  const refused = await visitor.connect(locationOf(connect), { decision: 'cancel' })
  const answer = await send(visitor, routes.callback, refused.href)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ title: 'access_denied' })
  expect([...visitor.cookies.keys()]).toEqual(['ca-3000_session.0'])
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('onError answers in their place', async () => {
  const routes = createRoutes(createServer(emulator), {
    onError: (error) => new Response(String(error), { status: 418 }),
  })
  const visitor = createVisitor(emulator.url)
  const answer = await send(visitor, routes.callback, `${redirectUri}?state=login.unknown&code=c`)
  expect(answer.status).toBe(418)
  expect(await answer.text()).toContain('no login with the state')
})

test('every answer says that its type is not to be guessed', async () => {
  const { routes, visitor, started, completed } = await logIn('/')
  const answers = [
    ...[started, completed],
    await send(visitor, routes.connect, '/'),
    await send(visitor, routes.callback, redirectUri),
    await send(visitor, routes.logout, '/', form({ returnTo: 'https://evil.example/' })),
  ]
  const types = answers.map(({ headers }) => headers.get('x-content-type-options'))
  expect(types).toEqual(answers.map(() => 'nosniff'))
})
