import { createEmulator } from '@connected-accounts/emulator'
import { resolveLocalhostNames } from '@connected-accounts/testing/machine/network'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createConnectedAccountsHandler,
  type ServerClient,
  type ServerClientOptions,
  sharedSessions,
} from '../src/index.js'
import { createGate, memoryLock, memoryStore } from './shared.js'
import { createServer, loggedIn, rejection, type Visitor } from './visitor.js'

resolveLocalhostNames()
const emulator = await createEmulator({
  port: 0,
  tenant: { custom_domains: ['one.localhost', 'two.localhost'] },
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const connection = 'github'
const notConnected = { code: 'connection_not_connected' }
const tokenAt = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getAccessTokenForConnection({ connection }, store))
const connected = async () => {
  const [account] = await emulator.seed([{ user_id: 'auth0|alice', connection }])
  return account?.id ?? ''
}
const disconnect = (server: ServerClient, visitor: Visitor, id: string) =>
  visitor.request((store) => server.deleteConnectedAccount(id, store))

const isExchange = async (request: Request) =>
  request.method === 'POST' && (await request.clone().text()).includes('token-exchange')

/** A server with the sessions of the test. */
function serverWith(where: string, options: Partial<ServerClientOptions> = {}): ServerClient {
  const lock = memoryLock()
  const sessions =
    where === 'a store' ? sharedSessions(memoryStore().keyv, { lock, timeout: 300 }) : undefined
  return createServer(emulator, { ...options, sessions })
}

/** A server whose exchanges are counted. */
function countedAt(where: string) {
  const exchanges: Request[] = []
  const server = serverWith(where, {
    async fetch(request) {
      if (await isExchange(request)) exchanges.push(request)
      return fetch(request)
    },
  })
  return { server, exchanges }
}

/** A `fetch` that loses the answer to a request which the tenant has carried out. */
function losing(method: string) {
  return async (request: Request) => {
    const answer = await fetch(request)
    if (request.method !== method) return answer
    throw new TypeError('fetch failed')
  }
}

describe.for(['cookies', 'a store'])('with sessions in %s', (where) => {
  test('after a disconnect no session of the user gets the third party’s token any more', async () => {
    const server = serverWith(where)
    const id = await connected()
    const [laptop, phone] = [
      await loggedIn(server, emulator.url),
      await loggedIn(server, emulator.url),
    ]
    for (const visitor of [laptop, phone]) await tokenAt(server, visitor)
    await disconnect(server, laptop, id)
    for (const visitor of [laptop, phone]) {
      expect(await rejection(tokenAt(server, visitor))).toMatchObject(notConnected)
    }
  })

  test('a disconnect whose answer is lost ends the cached tokens all the same', async () => {
    const server = serverWith(where, { fetch: losing('DELETE') })
    const id = await connected()
    const visitor = await loggedIn(server, emulator.url)
    await tokenAt(server, visitor)
    expect(await rejection(disconnect(server, visitor, id))).toMatchObject({ name: 'TypeError' })
    expect(await rejection(tokenAt(server, visitor))).toMatchObject(notConnected)
  })

  test('a disconnect that is not_found, because it was done elsewhere, ends the cached tokens', async () => {
    const server = serverWith(where)
    const elsewhere = createServer(emulator)
    const id = await connected()
    const visitor = await loggedIn(server, emulator.url)
    await tokenAt(server, visitor)
    await disconnect(elsewhere, await loggedIn(elsewhere, emulator.url), id)
    expect(await rejection(disconnect(server, visitor, id))).toMatchObject({ code: 'not_found' })
    expect(await rejection(tokenAt(server, visitor))).toMatchObject(notConnected)
  })

  test('a DELETE through the handler whose answer is lost ends the tokens of all sessions', async () => {
    const server = serverWith(where, { fetch: losing('DELETE') })
    const handler = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
    const id = await connected()
    const visitor = await loggedIn(server, emulator.url)
    const other = await loggedIn(server, emulator.url)
    for (const each of [visitor, other]) await tokenAt(server, each)
    const { status } = await visitor.request(async ({ request }) => {
      const url = `http://localhost:3000/api/me/v1/connected-accounts/accounts/${id}`
      const headers = { ...Object.fromEntries(request.headers), 'sec-fetch-site': 'same-origin' }
      return handler(new Request(url, { method: 'DELETE', headers }))
    })
    expect(status).toBe(502)
    for (const each of [visitor, other]) {
      expect(await rejection(tokenAt(server, each))).toMatchObject(notConnected)
    }
  })

  test('a token of an exchange that a disconnect overtakes is not cached for any session', async () => {
    const gate = createGate()
    const server = serverWith(where, {
      async fetch(request) {
        const isHeld = await isExchange(request)
        const answer = await fetch(request)
        if (isHeld) await gate.pass()
        return answer
      },
    })
    const id = await connected()
    const visitor = await loggedIn(server, emulator.url)
    const other = await loggedIn(server, emulator.url)
    const late = tokenAt(server, other)
    await gate.reached
    await disconnect(server, visitor, id)
    gate.open()
    expect(await late).toHaveProperty('accessToken')
    expect(await rejection(tokenAt(server, other))).toMatchObject(notConnected)
  })

  test.for(['arrives', 'is lost'])(
    'a token of an exchange in the meantime is not cached if the answer to the disconnect %s',
    async (fate) => {
      const gate = createGate()
      const server = serverWith(where, {
        async fetch(request) {
          if (request.method !== 'DELETE') return fetch(request)
          await gate.pass()
          return fate === 'is lost' ? losing('DELETE')(request) : fetch(request)
        },
      })
      const id = await connected()
      const visitor = await loggedIn(server, emulator.url)
      const deleted = disconnect(server, visitor, id).catch(() => {})
      await gate.reached
      await tokenAt(server, visitor)
      gate.open()
      await deleted
      expect(await rejection(tokenAt(server, visitor))).toMatchObject(notConnected)
    },
  )

  test('the cached tokens end when the tenant deletes the account, not when its answer arrives', async () => {
    const gate = createGate()
    const server = serverWith(where, {
      async fetch(request) {
        const answer = await fetch(request)
        if (request.method === 'DELETE') await gate.pass()
        return answer
      },
    })
    const id = await connected()
    const visitor = await loggedIn(server, emulator.url)
    await tokenAt(server, visitor)
    const deleted = disconnect(server, visitor, id)
    await gate.reached
    expect(await rejection(tokenAt(server, visitor))).toMatchObject(notConnected)
    gate.open()
    await deleted
  })

  test('a logout ends the cached tokens of its user', async () => {
    const { server, exchanges } = countedAt(where)
    await connected()
    const visitor = await loggedIn(server, emulator.url)
    const other = await loggedIn(server, emulator.url)
    await tokenAt(server, other)
    await visitor.request((store) => server.logout({}, store))
    await tokenAt(server, other)
    expect(exchanges).toHaveLength(2)
  })

  test('after a connect every session gets a new token, which has the new scopes', async () => {
    const server = serverWith(where)
    await connected()
    const visitor = await loggedIn(server, emulator.url)
    const other = await loggedIn(server, emulator.url)
    const before = await tokenAt(server, other)
    const url = await visitor.request((store) => server.startConnectAccount({ connection }, store))
    const callbackUrl = await visitor.connect(url)
    await visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
    expect((await tokenAt(server, other)).accessToken).not.toBe(before.accessToken)
  })

  test('a disconnect at one domain of the tenant ends the tokens of sessions at another', async () => {
    const [, one = '', two = ''] = emulator.domains
    let domain = one
    const server = serverWith(where, { domain: () => domain })
    const id = await connected()
    const atOne = await loggedIn(server, one)
    domain = two
    const atTwo = await loggedIn(server, two)
    await tokenAt(server, atTwo)
    domain = one
    await disconnect(server, atOne, id)
    domain = two
    expect(await rejection(tokenAt(server, atTwo))).toMatchObject(notConnected)
  })

  test('another user keeps the cached token', async () => {
    const { server, exchanges } = countedAt(where)
    const id = await connected()
    await emulator.seed({ user_id: 'auth0|bob', connection })
    const alice = await loggedIn(server, emulator.url)
    const bob = await loggedIn(server, emulator.url, { email: 'bob@example.test' })
    const before = await tokenAt(server, bob)
    await disconnect(server, alice, id)
    expect(await tokenAt(server, bob)).toEqual(before)
    expect(exchanges).toHaveLength(1)
  })
})

test('a disconnect in another process without a store leaves the cached token as it is', async () => {
  const [one, other] = [createServer(emulator), createServer(emulator)]
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const cached = await tokenAt(other, visitor)
  await disconnect(one, visitor, id)
  expect(await rejection(tokenAt(one, visitor))).toMatchObject(notConnected)
  expect(await tokenAt(other, visitor)).toEqual(cached)
})
