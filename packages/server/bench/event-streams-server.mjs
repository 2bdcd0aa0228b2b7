// The server of event-streams.mjs, in a process of its own. `ours` is the events route. `bare` is what no server of such streams
// can do without: it answers, and writes the same bytes.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { createHandler, memoryEvents, ServerClient } from '@connected-accounts/server'
import { getRequestListener } from '@hono/node-server'
import { appUrl, callbackUrl, headersOf, keepCookies } from './browser.mjs'
import { createTenant } from './heap-tenant.mjs'

const [mode, count] = [process.argv[2], Number(process.argv[3])]
const HEARTBEAT = 15_000
const event = (index) => ({
  id: `log-${index}`,
  type: 'exchange_failed',
  user: `auth0|user${index}`,
  connection: 'google-oauth2',
  reason: 'not_connected',
  at: Date.now(),
})
const { listener, cookies, publish } = mode === 'ours' ? await createOurs() : createBare()
const http = createServer(listener).listen(0, '127.0.0.1', () => {
  process.send({ port: http.address().port, cookies })
})
const commands = {
  memory,
  publish: () => costOf(publish),
  idle: () => costOf(() => setTimeout(60_500)),
}
process.on('message', async (command) => process.send(await commands[command]()))

async function createOurs() {
  const tenant = await createTenant()
  const events = memoryEvents()
  const server = new ServerClient({
    domain: tenant.origin,
    clientId: 'web',
    clientSecret: 'secret',
    secret: 'a'.repeat(64),
    authorizationParams: { redirect_uri: callbackUrl },
    fetch: tenant.fetch,
    events,
  })
  const handler = createHandler(server)
  const jars = []
  for (let index = 0; index < count; index += 1) jars.push(await logIn(handler, `user${index}`))
  return {
    listener: getRequestListener(handler),
    cookies: jars.map((jar) => headersOf(jar).cookie),
    publish: async () => {
      for (let index = 0; index < count; index += 1) await events.publish(event(index))
    },
  }
}

async function logIn(handler, user) {
  const jar = new Map()
  const send = async (path) => {
    const answer = await handler(new Request(appUrl + path, { headers: headersOf(jar) }))
    await answer.arrayBuffer()
    keepCookies(jar, answer.headers)
    return answer
  }
  const started = await send('/auth/login')
  const { searchParams } = new URL(started.headers.get('location'))
  const code = `${user} ${searchParams.get('nonce')}`
  await send(`/auth/callback?${new URLSearchParams({ code, state: searchParams.get('state') })}`)
  return jar
}

function createBare() {
  const open = []
  setInterval(() => {
    for (const response of open) response.write(':\n\n')
  }, HEARTBEAT)
  return {
    cookies: Array(count).fill('ca-3000_session.0=a'),
    listener(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('id: 0-0\nevent: position\ndata: {}\n\n')
      open.push(response)
    },
    async publish() {
      for (const [index, response] of open.entries()) {
        response.write(
          `id: ${Date.now()}-0\nevent: account\ndata: ${JSON.stringify(event(index))}\n\n`,
        )
      }
    },
  }
}

async function memory() {
  for (let turn = 0; turn < 5; turn += 1) {
    global.gc()
    await setTimeout(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The processor time of some work, in microseconds, until everything is written. */
async function costOf(work) {
  const before = process.cpuUsage()
  await work()
  await setTimeout(500)
  const { user, system } = process.cpuUsage(before)
  return user + system
}
