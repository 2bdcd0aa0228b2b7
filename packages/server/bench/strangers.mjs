// What the requests of strangers cost, over a plain request of the same route in the same run: at most 4 times as much at 16 KB,
// and from 16 to 64 KB no more than the bytes grow. Exits with 1 if a limit is exceeded.  node bench/strangers.mjs
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { measureAttacks } from './attacker.mjs'
import { headersOf, keepCookies } from './browser.mjs'
import { createApplication, logIn } from './hostile-application.mjs'
import { hostileRoutes, prefetchRequests, readAccounts } from './hostile-requests.mjs'
import { measure, median } from './measure.mjs'

// The routes refuse URLs and forms that are over 8 KB, so these cost the most just below.
const [ACCEPTED, SMALL, LARGE] = [7_800, 16_000, 64_000]
const MAX_RATIO = 4
const MAX_GROWTH = LARGE / SMALL
const MAX_OTHERS = 1.3
const ROUNDS = 15
const COUNT = 20
const DEAD_REQUESTS = 50

/** Measures, and prints what it finds. Returns false if a limit is exceeded. */
export async function measureStrangers(tenant) {
  setDefaultCACertificates([...getCACertificates('default'), tenant.certificate])
  const application = createApplication(tenant)
  await application.handler(prefetchRequests()['a prefetch of Next.js']()) // finds the tenant
  const found = []
  for (const [name, route] of Object.entries(hostileRoutes())) {
    console.log(`\nA stranger's request over a plain one: ${name}`)
    found.push(...(await measureRoute(application, route)))
  }
  console.log('\nOver a plain login')
  found.push(...(await measurePrefetches(application)))
  console.log(
    '\nOver a list of accounts whose token is in the session, which the tenant answers at once',
  )
  found.push(...(await measureDeadTokens(application)))
  console.log(
    "\nThe p50 of other users' requests, with one attacker who sends one request after the other",
  )
  for (const [name, ratio] of Object.entries(await measureAttacks(tenant))) {
    found.push(tell(ratio <= MAX_OTHERS, name, factor(ratio)))
  }
  return found.every(Boolean)
}

async function measureRoute({ handler }, { plain, hostile }) {
  const contenders = { plain: cost(handler, plain) }
  for (const [name, toRequest] of Object.entries(hostile)) {
    for (const bytes of [ACCEPTED, SMALL, LARGE]) {
      contenders[`${name} ${bytes}`] = cost(handler, () => toRequest(bytes))
    }
  }
  const times = await measure(contenders, { rounds: ROUNDS, count: 1 })
  return Object.keys(hostile).map((name) => {
    const of = (bytes) => times[`${name} ${bytes}`]
    const accepted = ratioOf(of(ACCEPTED), times.plain)
    const [ratio, growth] = [ratioOf(of(SMALL), times.plain), ratioOf(of(LARGE), of(SMALL))]
    const isFine = ratio <= MAX_RATIO && growth <= MAX_GROWTH
    return tell(
      isFine,
      name,
      `8 KB ${factor(accepted)}   16 KB ${factor(ratio)}   64 KB ${factor(growth)} that`,
    )
  })
}

async function measurePrefetches({ handler }) {
  const requests = prefetchRequests()
  const contenders = { plain: cost(handler, hostileRoutes().login.plain) }
  for (const [name, toRequest] of Object.entries(requests)) {
    contenders[name] = cost(handler, toRequest)
  }
  const times = await measure(contenders, { rounds: ROUNDS, count: 1 })
  return Object.keys(requests).map((name) => {
    const ratio = ratioOf(times[name], times.plain)
    return tell(ratio <= MAX_RATIO, name, factor(ratio))
  })
}

/** The requests of a session whose refresh token is refused: one of them sends it, and the others are answered from memory. */
async function measureDeadTokens({ handler, state, tenant }) {
  const [living, dead] = [await logIn(handler, tenant), await logIn(handler, tenant)]
  keepCookies(living, (await handler(readAccounts(headersOf(living).cookie))).headers)
  state.isDead = true
  const contenders = {
    plain: cost(handler, () => readAccounts(headersOf(living).cookie)),
    dead: cost(handler, () => readAccounts(headersOf(dead).cookie), DEAD_REQUESTS),
  }
  const times = await measure(contenders, { rounds: ROUNDS, count: 1 })
  state.isDead = false
  const ratio = ratioOf(times.dead, times.plain)
  const isFine = ratio <= MAX_RATIO && state.grants === 1
  const requests = DEAD_REQUESTS * (ROUNDS + 1)
  return [
    tell(isFine, 'dead tokens', `${factor(ratio)}   ${state.grants} grant of ${requests} requests`),
  ]
}

/** Returns a function that measures the CPU time of one request, in microseconds. The runtime's `new Request` is not part of it. */
function cost(handler, toRequest, count = COUNT) {
  return async () => {
    const requests = Array.from({ length: count }, toRequest)
    const begin = process.cpuUsage()
    for (const request of requests) await (await handler(request)).arrayBuffer()
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / count
  }
}

/** Returns the median of the ratios of the same round. */
function ratioOf(times, base) {
  return median(times.map((time, round) => time / base[round]))
}

function tell(isFine, name, text) {
  console.log(`  ${isFine ? 'holds' : 'FAILS'}  ${name.padEnd(32)} ${text}`)
  return isFine
}

function factor(ratio) {
  return `${ratio.toFixed(2)} x`.padStart(7)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const emulator = fork(fileURLToPath(new URL('emulator.mjs', import.meta.url)))
  const [tenant] = await once(emulator, 'message')
  if (!(await measureStrangers(tenant))) process.exitCode = 1
  emulator.kill()
}
