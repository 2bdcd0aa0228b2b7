// Start to first answer, logins a second and connect flows a second, beside a bare oidc-provider and oauth2-mock-server.
// Everything is measured in one run and compared as ratios: the numbers alone say more about the machine than about the code.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createEmulator } from '../dist/index.js'
import { connect, logIn, post } from './login.mjs'
import { startBareProvider, startMockServer } from './peers.mjs'

const ROUNDS = 5
const LOGINS = 60

const emulator = await createEmulator({ port: 0 })
const servers = {
  emulator: { url: emulator.url, authorize: '/authorize', token: '/oauth/token' },
  'oidc-provider': await startBareProvider(),
  'oauth2-mock-server': await startMockServer(),
}

console.log('Start to first answer (ms, median of 5)')
report(await medians(startTime, Object.keys(servers)), 'lower is better')

console.log(
  `\nLogins by code with PKCE, one after another (a second, median of ${ROUNDS} rounds of ${LOGINS})`,
)
report(
  await medians((name) => perSecond(LOGINS, () => logIn(servers[name])), Object.keys(servers)),
  'higher is better',
)

console.log('\nWhole connect flows: connect, consent, complete (a second)')
const token = await myAccountToken()
report(
  await medians(() => perSecond(LOGINS, () => connect(emulator.url, token)), ['emulator']),
  'higher is better',
)

await emulator.close()
process.exit(0)

/** Interleaves the rounds, so that a slow moment of the machine meets everyone. */
async function medians(measure, names) {
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) results[name].push(await measure(name))
  }
  return Object.entries(results).map(([name, values]) => [
    name,
    values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)],
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
    console.log(`  ${name.padEnd(20)} ${value.toFixed(0).padStart(6)}${ratio}`)
  }
  console.log(`  (${direction})`)
}
