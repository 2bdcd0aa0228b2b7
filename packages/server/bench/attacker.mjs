// Users who read their accounts now and then, and one attacker who sends the next request as soon as the last one is answered.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { headersOf, keepCookies } from './browser.mjs'
import { logIn } from './hostile-application.mjs'
import { hostileRoutes, readAccounts } from './hostile-requests.mjs'
import { median } from './measure.mjs'

const USERS = 5
/** How long a user waits between two requests, in milliseconds. */
const PAUSE = 20
/** How long one part of a round is, in milliseconds. */
const PART = 400
const ROUNDS = 15
/** Node refuses headers over 16 KB. */
const BYTES = 15_000

/** Returns for each attack how much it changes the p50 of the users: medians of rounds, each of which has a part without it. */
export async function measureAttacks(tenant) {
  const script = fileURLToPath(new URL('attacked.mjs', import.meta.url))
  const child = fork(script, [JSON.stringify(tenant)])
  const [port] = await once(child, 'message')
  try {
    const users = await Promise.all(
      Array.from({ length: USERS }, () => createUser(port, tenant.url)),
    )
    await useFor(users, { port, milliseconds: PART })
    const found = {}
    for (const [name, toRequest] of Object.entries(attacks())) {
      found[name] = await measureAttack(users, { port, attack: await prepare(toRequest()) })
    }
    return found
  } finally {
    child.kill()
  }
}

/** Hostile requests of each kind that a server accepts, and plain logins, which every stranger can start. */
function attacks() {
  const { login, callback, connect, logout } = hostileRoutes()
  return {
    'plain logins': login.plain,
    'logins, names of our logins': () => login.hostile['names of our logins'](BYTES),
    'callbacks, many parameters': () => callback.hostile['many parameters'](7800),
    'connect, many fields': () => connect.hostile['many fields'](8000),
    'logout, many parts': () => logout.hostile['many parts'](8000),
    'logout, 64 KB': () => logout.hostile['one long field'](64_000),
  }
}

async function measureAttack(users, { port, attack }) {
  const ratios = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const quiet = await useFor(users, { port, milliseconds: PART })
    const attacked = await useFor(users, { port, milliseconds: PART, attack })
    ratios.push(median(attacked) / median(quiet))
  }
  return median(ratios)
}

/** Lets the users go on for a time, and returns how long each of their requests took. */
async function useFor(users, { port, milliseconds, attack }) {
  const end = performance.now() + milliseconds
  const times = []
  const isOver = () => performance.now() >= end
  const use = async ({ agent, read }) => {
    while (!isOver()) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE * (0.5 + Math.random())))
      const begin = performance.now()
      const { status } = await send({ port, agent, ...read })
      times.push(performance.now() - begin)
      if (status !== 200) throw new Error(`A user was answered with ${status}`)
    }
  }
  const agent = new Agent({ keepAlive: true })
  const attacking = async () => {
    while (attack && !isOver()) await send({ port, agent, ...attack })
  }
  await Promise.all([...users.map(use), attacking()])
  agent.destroy()
  return times
}

/** A user who is logged in, on a connection of their own. */
async function createUser(port, tenant) {
  const agent = new Agent({ keepAlive: true })
  const sendRequest = async (each) => {
    const { status, headers } = await send({ port, agent, ...(await prepare(each)) })
    const answer = new Headers()
    for (const [name, value] of Object.entries(headers)) {
      for (const one of [value].flat()) answer.append(name, one)
    }
    return { status, headers: answer }
  }
  const cookies = await logIn(sendRequest, tenant)
  const first = await sendRequest(readAccounts(headersOf(cookies).cookie))
  keepCookies(cookies, first.headers)
  return { agent, read: await prepare(readAccounts(headersOf(cookies).cookie)) }
}

/** What Node's client sends for a request. */
async function prepare(each) {
  const { pathname, search } = new URL(each.url)
  const body = Buffer.from(await each.arrayBuffer())
  return {
    method: each.method,
    path: pathname + search,
    headers: Object.fromEntries(each.headers),
    body,
  }
}

function send({ body, ...options }) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...options }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
