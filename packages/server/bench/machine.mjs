// One of the machines of the soak: it answers logins and gives tokens, and tells its parent of each refresh.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { createRoutes, ServerClient, sharedSessions } from '../dist/index.js'
import { connect } from './stores.mjs'

const { TENANT, STORE, AUDIENCE: audience } = process.env
/** How many times in a row a process that was told to stop must find nobody connected before it does. */
const QUIET = 3

const request = new AsyncLocalStorage()
const { store, lock, close } = await connect(JSON.parse(STORE))

const server = new ServerClient({
  ...JSON.parse(TENANT),
  secret: 'a secret that all machines have in common',
  authorizationParams: { redirect_uri: 'http://localhost:3000/callback' },
  sessions: sharedSessions(store, { lock }),
  async fetch(sent) {
    const body = sent.method === 'POST' ? await sent.clone().text() : ''
    if (body.includes('grant_type=refresh_token')) {
      request.getStore().isRefreshing = true
      process.send({ refreshing: 1 })
    }
    return fetch(sent)
  },
})
const { login, callback } = createRoutes(server)
const routes = { '/login': login, '/callback': callback, '/token': token }

async function token(asked) {
  const [state, askedAt] = [{ isRefreshing: false }, Date.now()]
  const response = { headers: new Headers() }
  try {
    const get = () => server.getAccessToken({ audience }, { request: asked, response })
    const { accessToken, expiresAt } = await request.run(state, get)
    const isLate = expiresAt < askedAt // one from during the request may have expired if the machine is slow
    return Response.json({ accessToken, isLate }, response)
  } catch ({ name, code, message }) {
    return Response.json({ name, code, message }, { ...response, status: 500 })
  } finally {
    if (state.isRefreshing) process.send({ refreshing: -1 })
  }
}

const listener = getRequestListener((asked) => routes[new URL(asked.url).pathname](asked))
const http = createServer(listener).listen(0, '127.0.0.1', () => {
  process.send({ port: http.address().port })
})

// It drains: those that are on their way to it are still answered.
process.on('SIGTERM', async () => {
  for (let quiet = 0; quiet < QUIET; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    const connections = await promisify(http.getConnections.bind(http))()
    if (connections > 0) quiet = 0
  }
  http.close()
  await close()
  process.exit()
})
process.on('disconnect', () => process.exit()) // its parent has died
