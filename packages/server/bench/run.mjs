// What hostile requests of strangers cost over plain ones, and a provider fetch over a bare one, and then: login to first token, and a third party's token that is cached,
// beside the two SDKs of Auth0 that do the same. Everything is measured in one run and compared as ratios: the numbers alone say
// more about the machine than about the code.
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installPackages } from '@connected-accounts/testing/machine/npm-packages'
import { measureAccessTokens } from './access-tokens.mjs'
import { logIn, readyApplications } from './login.mjs'
import { measure, report, timed } from './measure.mjs'
import { measureProviderFetch } from './provider-fetch.mjs'
import { measureStrangers } from './strangers.mjs'

const at = (file) => fileURLToPath(new URL(file, import.meta.url))

const emulator = fork(at('emulator.mjs'))
const [tenant] = await once(emulator, 'message')
if (!(await measureStrangers(tenant))) process.exitCode = 1
await measureAccessTokens()
if (!(await measureProviderFetch())) process.exitCode = 1
const { directory, remove } = await installPackages({
  '@auth0/auth0-server-js': '1.12.1',
  '@auth0/nextjs-auth0': '4.30.0',
  ...{ next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
})
const create = readyApplications(tenant, directory)

console.log(`Node ${process.versions.node}, auth0-server-js 1.12.1, nextjs-auth0 4.30.0`)
const first = each((_, name) => () => firstLogin(name))
report(
  'Login to first token, the first in a process',
  await measure(first, { rounds: 15, count: 1 }),
)

const later = each((application) => async () => (await logIn(application, tenant)).spent)
report('Login to first token, later', await measure(later, { rounds: 31, count: 5 }))

const cached = each((application) => createCached(application))
cached['the limit: AES-GCM opens 2 KB'] = createLimit()
for (const name of Object.keys(cached)) cached[name] = await cached[name]
report('getAccessTokenForConnection, cached', await measure(cached, { rounds: 101, count: 40 }))

emulator.kill()
await remove()

/** The same for each application. */
function each(work) {
  return Object.fromEntries(
    Object.entries(create).map(([name, make]) => [name, work(make(), name)]),
  )
}

/** A login in a new process, which loads the SDK off the clock. */
async function firstLogin(name) {
  const args = [at('login.mjs'), name, JSON.stringify(tenant), directory]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return Number(stdout)
}

/** The token of a connected account, for a browser for which it was exchanged before. */
async function createCached(application) {
  const { cookies } = await logIn(application, tenant)
  const token = await application.connectionToken(cookies)
  return async () => {
    const [again, spent] = await timed(() => application.connectionToken(cookies))
    if (again !== token) throw new Error('The token was not cached')
    return spent
  }
}

/** What every application that keeps its session in a sealed cookie cannot do without. */
async function createLimit() {
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) }
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  const sealed = await crypto.subtle.encrypt(algorithm, key, new Uint8Array(2048))
  return async () => (await timed(() => crypto.subtle.decrypt(algorithm, key, sealed)))[1]
}
