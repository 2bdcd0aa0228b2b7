// Sessions of four machines on one store, whose refresh tokens rotate and whose access tokens live for two seconds: with the
// machines left alone, stopped and started again, and killed, and with the store killed. Exits with 1 if a session is lost or a
// refresh token is used twice, except for the refreshes that were under way at a kill.
// node bench/soak.mjs [seconds of each part, by default 60] [keyv, redis, cluster or postgres, by default keyv] [sessions, by default 200]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { fillInForms } from '@connected-accounts/testing/person/forms'
import { startMachines } from './machines.mjs'
import { starts } from './stores.mjs'

const SECONDS = Number(process.argv[2] ?? 60)
const STORE = process.argv[3] ?? 'keyv'
const SESSIONS = Number(process.argv[4] ?? 200)
/** How often something is killed, in milliseconds. The store alone is killed a third as often. */
const EVERY = 5000
const AUDIENCE = 'https://api.example.test/'
const USERS = ['alice', 'bob']
/** A replica has a write at the latest this many milliseconds after its master. */
const LAG = 100

if (process.send) await serve()
else await soak()

/** The process of the emulator: it says where it is, and answers every message with how many refresh tokens came twice. */
async function serve() {
  const { createEmulator, defaultTenant } = await import('@connected-accounts/emulator')
  const tenant = defaultTenant()
  for (const api of tenant.apis) if (api.identifier === AUDIENCE) api.token_lifetime = 2
  for (const { client_id, refresh_token } of tenant.clients) {
    if (client_id === 'web') Object.assign(refresh_token, { rotation_type: 'rotating', leeway: 0 })
  }
  const emulator = await createEmulator({ port: 0, tenant })
  const { url, clients } = emulator
  process.send({ domain: url, ...clients.web })
  process.on('message', () => process.send(emulator.refreshTokenReuses))
  process.on('disconnect', () => process.exit()) // its parent has died
}

async function soak() {
  if (!(STORE in starts))
    throw new Error(`No such store: ${STORE}. Use one of ${Object.keys(starts).join(', ')}.`)
  const tenant = fork(fileURLToPath(import.meta.url))
  const [web] = await once(tenant, 'message')
  const store = await starts[STORE]()
  const env = { TENANT: JSON.stringify(web), STORE: JSON.stringify(store.address), AUDIENCE }
  const machines = await startMachines(env)
  try {
    await runAll({ machines, store, web, reuses: () => ask(tenant) })
  } finally {
    await machines.close()
    await store.close()
    tenant.kill()
  }
}

async function runAll(world) {
  console.log(`${SESSIONS} sessions on 4 machines, ${SECONDS} s each, sessions in ${STORE}`)
  const parts = [
    ['left alone', async () => 0],
    ['stopped by SIGTERM and started again', disturb('SIGTERM')],
    [`left alone, and ${world.store.killed} killed now and then`, disturb(), true],
    [`killed by SIGKILL, and ${world.store.killed} once`, disturb('SIGKILL')],
  ]
  for (const [name, disturbance, mayBeUnavailable = world.store.mayBeUnavailable] of parts) {
    const isFine = await run({ ...world, mayBeUnavailable }, name, disturbance)
    if (!isFine) process.exitCode = 1
  }
}

async function ask(tenant) {
  tenant.send({})
  const [reuses] = await once(tenant, 'message')
  return reuses
}

/** One part: logs in, lets the sessions be used until the time is over, and says what came of it. */
async function run(world, name, disturbance) {
  const sessions = await logInAll(world)
  const before = await world.reuses()
  const end = Date.now() + SECONDS * 1000
  const tally = { times: [], tokens: new Set(), lost: [], wrong: [], cutOff: 0, unavailable: 0 }
  const using = sessions.map((session) => use(world, session, { end, tally }))
  const [allowed] = await Promise.all([disturbance(world, end), ...using])
  const reuses = (await world.reuses()) - before
  const isFine = tally.wrong.length === 0 && tally.lost.length <= allowed && reuses <= allowed
  tally.times.sort((one, other) => one - other)
  const at = (share) => `${tally.times[Math.floor(tally.times.length * share)].toFixed(0)} ms`
  console.log(
    `${isFine ? 'holds' : 'FAILS'}: ${name}. ${tally.times.length} requests, ${tally.tokens.size} tokens; p50 ${at(0.5)}, ` +
      `p99 ${at(0.99)}; ${tally.lost.length} sessions lost, ${allowed} refreshes were under way at kills; ` +
      `${reuses} refresh tokens used twice; ${tally.cutOff} requests cut off; ${tally.unavailable} unavailable; ${tally.wrong.length} wrong`,
  )
  for (const wrong of new Set([...tally.wrong, ...tally.lost])) console.log(`  ${wrong}`)
  return isFine
}

async function logInAll(world) {
  const sessions = []
  const work = async () => {
    while (sessions.length < SESSIONS) {
      const user = USERS[sessions.length % USERS.length]
      const session = { user, cookies: '' }
      sessions.push(session)
      session.cookies = await logIn(world, user)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return sessions
}

async function logIn({ machines, web }, user) {
  const started = await machines.get('/login')
  const form = { username: `${user}@example.test`, password: 'password' }
  const callback = await fillInForms(web.domain, started.headers.location, form)
  const cookie = cookiesOf(started)
  const answer = await machines.get(`/callback${callback.search}`, { cookie })
  if (answer.status !== 303) throw new Error(`The login was answered with ${answer.text}`)
  return cookiesOf(answer)
}

function cookiesOf({ headers }) {
  const pairs = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0])
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ')
}

/** Two requests at once, which two machines get, again and again; by then the token from before has mostly expired. */
async function use(world, session, { end, tally }) {
  while (Date.now() < end && !session.isLost) {
    await Promise.all([getToken(world, session, tally), getToken(world, session, tally)])
    await new Promise((resolve) => setTimeout(resolve, 2000 + Math.random() * 4000))
  }
}

async function getToken({ machines, mayBeUnavailable }, session, tally) {
  const startedAt = performance.now()
  const { status, text } = await machines.get('/token', { cookie: session.cookies })
  if (status === 'cutOff') tally.cutOff += 1
  if (status === 'cutOff' || session.isLost) return
  tally.times.push(performance.now() - startedAt)
  const answer = JSON.parse(text)
  if (answer.code === 'invalid_grant' && answer.message.includes('log in again')) {
    session.isLost = true
    tally.lost.push(`${answer.name} ${answer.message}`)
  } else if (mayBeUnavailable && isCoded(answer)) tally.unavailable += 1
  else if (status !== 200) tally.wrong.push(`${status} ${text}`)
  else if (answer.isLate) tally.wrong.push('a token that has expired')
  else if (userOf(answer) !== session.user) tally.wrong.push('a token of another user')
  else tally.tokens.add(answer.accessToken)
}

function isCoded({ name, code }) {
  return name === 'SessionError' && (code === 'store_unavailable' || code === 'refresh_busy')
}

function userOf({ accessToken }) {
  const { sub } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'))
  return sub.replace('auth0|', '')
}

/**
 * Ends one machine after the other with this signal, and with SIGKILL the store once. Without a signal, ends only the store.
 * Returns how many refreshes were under way at kills.
 */
function disturb(signal) {
  return async ({ machines, store }, end) => {
    let [underWay, turn] = [0, 0]
    const every = signal ? EVERY : 3 * EVERY
    for (; Date.now() + every < end; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, every))
      if (!signal || (signal === 'SIGKILL' && turn === 3)) {
        underWay += await killStore(machines, store)
        continue
      }
      const machine = machines.machines[turn % machines.machines.length]
      const lost = await machine.stop(signal)
      if (signal === 'SIGKILL') underWay += lost
      await machine.start()
    }
    return underWay
  }
}

/** Returns how many refreshes were under way, or had ended so shortly before that no replica may have them. */
async function killStore(machines, store) {
  const startedAt = Date.now()
  await store.kill()
  const underWay = machines.refreshing() + machines.refreshedSince(startedAt - LAG)
  await store.recover()
  return underWay
}
