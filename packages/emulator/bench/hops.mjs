// Counts the files of src/ and the functions that two journeys enter: a refresh for the My Account API, and a connect flow with its
// Token Vault exchange. Run it before and after a change of the structure. `--files` lists the files.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, logIn, post } from './login.mjs'

// Each file on its own, so that V8 counts by file. Inside the package, so that the imports of libraries resolve.
const outdir = fileURLToPath(new URL('../dist/hops', import.meta.url))
await writeJavaScript(fileURLToPath(new URL('../src', import.meta.url)))
const { createEmulator } = await import(`${outdir}/index.js`)
await rm(outdir, { recursive: true })
const emulator = await createEmulator({ port: 0 })
const { url } = emulator
const server = { url, authorize: '/authorize', token: '/oauth/token' }
const exchange = {
  grant_type: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
  subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
  requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
  connection: 'google-oauth2',
}
const client = { client_id: 'web', client_secret: 'web-secret' }
const inspector = new Session()
inspector.connect()
await inspector.post('Profiler.enable')
await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

const { refresh_token } = await logIn(server)
const refresh = { grant_type: 'refresh_token', client_id: 'spa', refresh_token }
const answer = await count('refresh for the My Account API', () =>
  post(`${url}/oauth/token`, { ...refresh, audience: `${url}/me/` }),
)
const subject_token = (await logIn(server, { client })).refresh_token
await count('connect, complete and exchange', async () => {
  await connect(url, answer.access_token)
  await post(`${url}/oauth/token`, { ...exchange, ...client, subject_token })
})
await emulator.close()
process.exit(0)

async function writeJavaScript(src) {
  for (const file of await readdir(src, { recursive: true })) {
    if (!/[.](ts|json|css|client[.]js)$/.test(file)) continue
    await mkdir(dirname(`${outdir}/${file}`), { recursive: true })
    const text = await readFile(`${src}/${file}`, 'utf8')
    if (file.endsWith('.json')) await writeFile(`${outdir}/${file}`, text)
    else if (file.endsWith('.ts')) {
      const code = stripTypeScriptTypes(text).replaceAll("?raw'", ".js'")
      await writeFile(`${outdir}/${file.replace(/ts$/, 'js')}`, code)
    } else await writeFile(`${outdir}/${file}.js`, `export default ${JSON.stringify(text)}`)
  }
}

/** Runs a journey and prints what it entered. */
async function count(name, journey) {
  await inspector.post('Profiler.takePreciseCoverage')
  const answer = await journey()
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  const entered = result
    .filter((script) => script.url.includes('/dist/hops/'))
    .map((script) => ({
      file: script.url.split('/dist/hops/')[1],
      functions: script.functions.filter(({ ranges: [whole] }) => whole.count > 0).length,
    }))
    .filter(({ functions }) => functions > 0)
  const functions = entered.reduce((sum, one) => sum + one.functions, 0)
  console.log(`${name}: ${entered.length} files, ${functions} functions`)
  if (process.argv.includes('--files')) console.table(entered)
  return answer
}
