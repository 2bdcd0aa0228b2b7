// Memory over 10,000 connect flows and 1,000 logins against one emulator in a process of its own: what has expired must be gone
// from its heap. Fails if the heap has grown more than what stays on purpose: the third parties' refresh tokens, which never
// expire, 10,000 at most.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connect, logIn, post } from './login.mjs'

const FLOWS = Number(process.argv[2] ?? 10_000)
const ROUNDS = 4
const FLOWS_A_LOGIN = 10
const AT_ONCE = 8
/** Longer than anything but a third party's refresh token lives, in seconds. */
const FOREVER = 32 * 86_400
/** In bytes, for each flow. */
const KEPT_A_FLOW = 1024

if (process.send) await serve()
else await soak()

/** The process of the emulator: it says where it is, and answers every message with its heap. */
async function serve() {
  const { createEmulator } = await import('../dist/index.js')
  const { url, clock } = await createEmulator({ port: 0 })
  process.send(url)
  process.on('message', ({ advance }) => {
    if (advance) clock.advance(advance)
    global.gc()
    process.send(process.memoryUsage().heapUsed)
  })
}

async function soak() {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--expose-gc'] })
  const [url] = await once(child, 'message')
  const heap = async (message = {}) => {
    child.send(message)
    const [bytes] = await once(child, 'message')
    return bytes
  }
  await run(url, 200)
  const rounds = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    await run(url, FLOWS / ROUNDS)
    const full = await heap({ advance: FOREVER })
    // What has expired goes as something new comes.
    await run(url, AT_ONCE * FLOWS_A_LOGIN)
    const left = await heap()
    rounds.push(left)
    console.log(
      `${(FLOWS / ROUNDS) * round} flows: ${mb(full)}, and ${mb(left)} once all has expired`,
    )
  }
  child.kill()
  const [first, last] = [rounds[0], rounds.at(-1)]
  const grown = (last - first) / (FLOWS - FLOWS / ROUNDS)
  console.log(`${grown.toFixed(0)} bytes stay of a flow; at most ${KEPT_A_FLOW} may`)
  process.exitCode = grown > KEPT_A_FLOW ? 1 : 0
}

/** So many flows, a few at once, with a login for every ten. */
async function run(url, flows) {
  let left = flows / FLOWS_A_LOGIN
  const work = async () => {
    while (left > 0) {
      left -= 1
      const server = { url, authorize: '/authorize', token: '/oauth/token' }
      const { refresh_token } = await logIn(server)
      const fields = { grant_type: 'refresh_token', client_id: 'spa', refresh_token }
      const { access_token } = await post(`${url}/oauth/token`, {
        ...fields,
        audience: `${url}/me/`,
      })
      for (let flow = 0; flow < FLOWS_A_LOGIN; flow += 1) await connect(url, access_token)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

function mb(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}
