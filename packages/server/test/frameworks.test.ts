import { createServer as listen, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, expect, test } from 'vitest'
import { createConnectedAccountsHandler, createRoutes } from '../src/index.js'
import { createServer, createVisitor, keepCookies } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
const running: Server[] = []
afterAll(async () => {
  for (const server of running) server.close()
  await emulator.close()
})

async function start(handler: (origin: string) => Parameters<typeof listen>[1]) {
  const server = listen()
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has no other
  const origin = `http://localhost:${port}`
  const listener = handler(origin)
  if (listener) server.on('request', listener)
  return origin
}

function application(origin: string) {
  const server = createServer(emulator, {
    authorizationParams: { redirect_uri: `${origin}/callback` },
  })
  const accounts = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
  return { ...createRoutes(server), accounts }
}

/** As `docs/servers.md` has it. */
function inHono(origin: string) {
  const { login, callback, connect, logout, accounts } = application(origin)
  const app = new Hono()
  app.get('/login', ({ req }) => login(req.raw))
  app.get('/callback', ({ req }) => callback(req.raw))
  app.post('/connect', ({ req }) => connect(req.raw))
  app.post('/logout', ({ req }) => logout(req.raw))
  app.all('/api/me/v1/*', ({ req }) => accounts(req.raw))
  return getRequestListener(app.fetch)
}

/** As `docs/servers.md` has it. */
function inExpress(origin: string) {
  const { login, callback, connect, logout, accounts } = application(origin)
  const app = express()
  app.get('/login', getRequestListener(login))
  app.get('/callback', getRequestListener(callback))
  app.post('/connect', getRequestListener(connect))
  app.post('/logout', getRequestListener(logout))
  app.all('/api/me/v1/*path', getRequestListener(accounts))
  return app
}

test.for([
  ['Hono', inHono],
  ['Express 5', inExpress],
] as const)('in %s a user logs in, connects an account, lists it and logs out', async ([, app]) => {
  emulator.reset()
  const origin = await start(app)
  const visitor = createVisitor(emulator.url)
  const send = async (url: string, init: RequestInit = {}) => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { cookie, origin }
    const response = await fetch(new URL(url, origin), { ...init, headers, redirect: 'manual' })
    keepCookies(visitor.cookies, response.headers)
    return response
  }
  const locationOf = async (response: Promise<Response>) =>
    (await response).headers.get('location') ?? ''
  const post = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  const { href: loggedIn } = await visitor.logIn(await locationOf(send('/login?returnTo=/home')))
  expect(await locationOf(send(loggedIn))).toBe(`${origin}/home`)
  const connect = await locationOf(send('/connect', post({ connection: 'github' })))
  const { href: connected } = await visitor.connect(connect)
  expect(await locationOf(send(connected))).toBe(`${origin}/`)
  const list = await send('/api/me/v1/connected-accounts/accounts')
  expect(await list.json()).toMatchObject({ accounts: [{ connection: 'github' }] })
  const logout = await locationOf(send('/logout', post({ returnTo: '/bye' })))
  expect((await visitor.logIn(logout)).href).toBe(`${origin}/bye`)
  expect((await send('/api/me/v1/connected-accounts/accounts')).status).toBe(401)
})
