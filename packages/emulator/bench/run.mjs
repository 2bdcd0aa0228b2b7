// Start to first answer, what a login costs, and connect flows a second, beside a bare oidc-provider and oauth2-mock-server.
// Everything is measured in one run and compared as ratios: the numbers alone say more about the machine than about the code.
// A login is measured in CPU time, which other programs on the machine disturb less than the time that it takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createEmulator } from '../dist/index.js'
import { connect, logIn, post } from './login.mjs'
import { startBareProvider, startMockServer } from './peers.mjs'

const ROUNDS = 5
const FLOWS = 60
const LOGIN_ROUNDS = 300
const LOGINS = 4

/** In milliseconds. */
const START_LIMIT = 1000
/** How many times the CPU time of a bare oidc-provider's a login may take. */
const LOGIN_LIMIT = 1.3

const emulator = await createEmulator({ port: 0 })
const servers = {
  emulator: { url: emulator.url, authorize: '/authorize', token: '/oauth/token' },
  'oidc-provider': await startBareProvider(),
  'oauth2-mock-server': await startMockServer(),
}

console.log('Start to first answer (ms, median of 5)')
const starts = await medians(startTime, Object.keys(servers))
report(starts, `lower is better; the limit is ${START_LIMIT}`)

console.log(
  `\nA login by code with PKCE, with its client (ms of CPU, median of ${LOGIN_ROUNDS} rounds of ${LOGINS})`,
)
for (const server of Object.values(servers)) await cpuTime(100, () => logIn(server))
const logins = await medians(
  (name) => cpuTime(LOGINS, () => logIn(servers[name])),
  Object.keys(servers),
  LOGIN_ROUNDS,
)
report(logins, `lower is better; the limit is ${LOGIN_LIMIT} x oidc-provider`)

console.log('\nWhole connect flows: connect, consent, complete (a second)')
const token = await myAccountToken()
report(
  await medians(() => perSecond(FLOWS, () => connect(emulator.url, token)), ['emulator']),
  'higher is better',
)

await emulator.close()
const isSlow = starts[0][1] > START_LIMIT || logins[0][1] / logins[1][1] > LOGIN_LIMIT
process.exit(isSlow ? 1 : 0)

/** Interleaves the rounds, so that a slow moment of the machine meets everyone. */
async function medians(measure, names, rounds = ROUNDS) {
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 ? names : names.toReversed()
    for (const name of turn) results[name].push(await measure(name))
  }
  return Object.entries(results).map(([name, values]) => [
    name,
    values.sort((a, b) => a - b)[Math.floor(rounds / 2)],
  ])
}

async function startTime(name) {
  const path = (file) => fileURLToPath(new URL(file, import.meta.url))
  const args =
    name === 'emulator' ? [path('../dist/cli.js'), '--port', '0'] : [path('peers.mjs'), name]
  const begin = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  await (await fetch(`${/http:\/\/[\w.:]+/.exec(line)[0]}/.well-known/openid-configuration`)).text()
  const time = performance.now() - begin
  child.kill('SIGKILL')
  return time
}

/** Returns the CPU time of one `act` in milliseconds, in this process. */
async function cpuTime(count, act) {
  const begin = process.cpuUsage()
  for (let done = 0; done < count; done += 1) await act()
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / 1000 / count
}

async function perSecond(count, act) {
  const begin = performance.now()
  for (let done = 0; done < count; done += 1) await act()
  return (count * 1000) / (performance.now() - begin)
}

async function myAccountToken() {
  const { refresh_token } = await logIn(servers.emulator)
  const audience = `${emulator.url}/me/`
  const fields = { grant_type: 'refresh_token', client_id: 'spa', refresh_token, audience }
  return (await post(`${emulator.url}/oauth/token`, fields)).access_token
}

function report(rows, direction) {
  const [[, own]] = rows
  for (const [name, value] of rows) {
    const ratio = name === 'emulator' ? '' : `  emulator is ${(own / value).toFixed(2)} x`
    console.log(`  ${name.padEnd(20)} ${value.toFixed(value < 10 ? 2 : 0).padStart(6)}${ratio}`)
  }
  console.log(`  (${direction})`)
}
