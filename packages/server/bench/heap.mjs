// The heap of an application over 50,000 requests of many users and strangers, with sessions in cookies and in a store. Fails if
// it grows by more than 2 MB after the caches are full.  node --expose-gc bench/heap.mjs [requests] [cookies or store]
import { createHandler, ServerClient, sharedSessions } from '@connected-accounts/server'
import { appUrl, callbackUrl, headersOf, keepCookies } from './browser.mjs'
import { createTenant } from './heap-tenant.mjs'
import { hostileRoutes } from './hostile-requests.mjs'

const REQUESTS = Number(process.argv[2] ?? 50_000)
const MODES = process.argv[3] ? [process.argv[3]] : ['cookies', 'store']
/** Requests before the first look: every cache of 1,000 entries is full by then. */
const WARM_UP = 30_000
const LOOKS = 5
const MAX_GROWTH = 2 * 2 ** 20
/** How many browsers are in use at a time. A new one takes the place of the oldest. */
const BROWSERS = 500
/** How many entries the store has at most. It stands for a Redis, so that it is not what is measured. */
const MAX_ENTRIES = 5000

/** What happens, and how often of 100 times. */
const work = [
  [20, (world) => send(world, '/auth/login?returnTo=/settings')],
  [20, logIn],
  [25, (world) => sendAs(world, '/auth/me/v1/connected-accounts/accounts')],
  [8, (world) => sendAs(world, '/auth/connect', 'connection=github')],
  [7, getConnectionToken],
  [5, (world) => sendAs(world, '/auth/logout', 'returnTo=/')],
  [5, (world) => send(world, `/auth/callback?code=a&state=login.${crypto.randomUUID()}`)],
  [5, sendHostile],
  [5, logOutFromAfar],
]
const turns = work.flatMap(([share, each]) => Array(share).fill(each))

for (const mode of MODES) if (!(await measureHeap(mode))) process.exitCode = 1

async function measureHeap(mode) {
  const world = await createWorld(mode)
  await run(world, WARM_UP)
  const heaps = [await usedHeap()]
  for (let look = 0; look < LOOKS; look += 1) {
    await run(world, REQUESTS / LOOKS)
    heaps.push(await usedHeap())
  }
  const [first, last] = [heaps[0], heaps.at(-1)]
  const isFine = last - first <= MAX_GROWTH
  const shown = heaps.map((bytes) => (bytes / 2 ** 20).toFixed(2)).join(', ')
  console.log(
    `${isFine ? 'holds' : 'FAILS'}: sessions in ${mode}, ${REQUESTS} requests after ${WARM_UP}: ${shown} MB`,
  )
  console.log('  ', world.statuses)
  return isFine
}

async function createWorld(mode) {
  const tenant = await createTenant()
  const server = new ServerClient({
    domain: tenant.origin,
    clientId: 'web',
    clientSecret: 'secret',
    secret: 'a'.repeat(64),
    authorizationParams: { redirect_uri: callbackUrl },
    fetch: tenant.fetch,
    ...(mode === 'store' && {
      sessions: sharedSessions(createStore(), { refreshTokens: undefined, lock: createLock() }),
    }),
  })
  return {
    tenant,
    server,
    handler: createHandler(server),
    browsers: [],
    statuses: {},
    users: 0,
    turn: 0,
  }
}

/** A store that forgets its oldest entries. */
function createStore() {
  const entries = new Map()
  return {
    get: async (key) => entries.get(key),
    async set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value)
    },
    delete: async (key) => entries.delete(key),
    async replace(key, expected, value) {
      if (entries.get(key) !== expected) return false
      entries.set(key, value)
      return true
    },
  }
}

/** A lock that is free, because no request waits for another one here. */
function createLock() {
  return { acquire: async () => ({ isHeld: () => true, release: async () => {} }) }
}

/** Collects until what waits for a turn of the event loop, such as finalizers, is gone as well. */
async function usedHeap() {
  for (let turn = 0; turn < 5; turn += 1) {
    global.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

async function run(world, requests) {
  for (let sent = 0; sent < requests; sent += 1) {
    await turns[(sent * 37) % turns.length](world) // every kind in turn, so that each run is the same
  }
}

async function send(world, path, { cookies = new Map(), form } = {}) {
  const headers = { ...headersOf(cookies), origin: appUrl }
  const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
  const answer = await world.handler(new Request(appUrl + path, { ...init, headers }))
  await answer.arrayBuffer()
  keepCookies(cookies, answer.headers)
  const kind = `${path.replace(/[?].*/, '')} ${answer.status}`
  world.statuses[kind] = (world.statuses[kind] ?? 0) + 1
  return answer
}

/** A new user, of whom every third has a refresh token that the tenant refuses. */
async function logIn(world) {
  world.users += 1
  const user = `${world.users % 3 === 0 ? 'dead' : 'user'}${world.users}`
  const cookies = new Map()
  const started = await send(world, '/auth/login', { cookies })
  const { searchParams } = new URL(started.headers.get('location'))
  const code = `${user} ${searchParams.get('nonce')}`
  const callback = new URLSearchParams({ code, state: searchParams.get('state') })
  await send(world, `/auth/callback?${callback}`, { cookies })
  world.browsers.push({ user, cookies })
  if (world.browsers.length > BROWSERS) world.browsers.shift()
}

function browserOf(world) {
  world.turn += 1
  return world.browsers[(world.turn * 7919) % world.browsers.length] ?? { cookies: new Map() }
}

function sendAs(world, path, form) {
  return send(world, path, { cookies: browserOf(world).cookies, form })
}

async function getConnectionToken(world) {
  const { cookies } = browserOf(world)
  const request = new Request(appUrl, { headers: headersOf(cookies) })
  const response = { headers: new Headers() }
  const store = { request, response }
  await world.server.getAccessTokenForConnection({ connection: 'github' }, store).catch((error) => {
    if (!error.code) throw error
  })
  keepCookies(cookies, response.headers)
}

async function sendHostile({ handler, users }) {
  const routes = Object.values(hostileRoutes())
  const { hostile } = routes[users % routes.length]
  const attacks = Object.values(hostile)
  await (await handler(attacks[users % attacks.length](16_000))).arrayBuffer()
}

/** Ends the sessions of a user in a store. With sessions in cookies there is no such route. */
async function logOutFromAfar(world) {
  const { user = 'nobody' } = browserOf(world)
  const logout_token = await world.tenant.logoutToken({ sub: `auth0|${user}` })
  await send(world, '/auth/backchannel-logout', { form: { logout_token } })
}
