import { createHash } from 'node:crypto'
import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createSeal } from '../src/cookies/seal.js'
import { type ServerClient, sharedSessions } from '../src/index.js'
import { entryKey } from '../src/store/shared-store.js'
import { createGate, createMachines, memoryLock, memoryStore, tenantWithStaging } from './shared.js'
import {
  createServer,
  createVisitor,
  loggedIn,
  rejection,
  secret,
  type Visitor,
} from './visitor.js'

const emulator = await createEmulator({ port: 0, tenant: tenantWithStaging() })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const connection = 'github'
const EXCHANGE = /token-exchange/
const tokenAt = (server: ServerClient, visitor: Visitor, options = {}) =>
  visitor.request((store) => server.getAccessTokenForConnection({ connection, ...options }, store))
const exchanges = (grants: string[]) => grants.filter((grant) => EXCHANGE.test(grant)).length
const connected = async () => {
  const [account] = await emulator.seed([{ user_id: 'auth0|alice', connection }])
  return account?.id ?? ''
}

test('machines that share a store share tokens of connections, by session, login hint and scopes', async () => {
  const { one, other, third, grants } = createMachines(emulator)
  await connected()
  const visitor = await loggedIn(one, emulator.url)
  const [first, same] = await Promise.all([tokenAt(one, visitor), tokenAt(one, visitor)])
  expect(same).toEqual(first)
  expect(await tokenAt(other, visitor)).toEqual(first)
  expect(exchanges(grants)).toBe(1)
  await tokenAt(third, visitor, { scopes: ['repo'] })
  await tokenAt(one, visitor, { scopes: ['repo'] })
  expect(exchanges(grants)).toBe(2)
  await tokenAt(one, await loggedIn(one, emulator.url))
  expect(exchanges(grants)).toBe(3)
})

test('reading the store: a third party’s token is sealed there, and gone when it expires', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  await connected()
  const visitor = await loggedIn(one, emulator.url)
  const before = new Set(kept.keys())
  const { accessToken, expiresAt = 0 } = await tokenAt(one, visitor)
  expect(JSON.stringify([...kept])).not.toContain(accessToken)
  const [entry] = [...kept].filter(([key]) => !before.has(key))
  expect(JSON.parse(entry?.[1] ?? '').expires).toBeLessThan(expiresAt)
})

test('keys and seals of tokens are the same in every version, so that machines can be updated one by one', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  const account = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const [cookie = ''] = visitor.cookies.values()
  const seal = createSeal(secret, ['web', 'http://localhost:3000'])
  const { id } = Object(await seal.open(cookie, 'session'))
  const entryOf = (...parts: string[]) => {
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
    return JSON.parse(kept.get(`keyv:${key}`) ?? '{}').value
  }
  const token = await tokenAt(one, visitor)
  const sealed = entryOf('connection token', id, '', JSON.stringify([connection, '', []]))
  expect(await createSeal(id).open(sealed, 'connection token')).toEqual(token)
  await visitor.request((options) => one.deleteConnectedAccount(account, options))
  expect(entryOf('generation', 'auth0|alice')).toMatch(/^[\w-]{36}$/)
})

test('after an account was deleted at one machine no other hands out its token', async () => {
  const { one, other } = createMachines(emulator)
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  await tokenAt(other, visitor)
  await visitor.request((store) => one.deleteConnectedAccount(id, store))
  expect(await rejection(tokenAt(other, visitor))).toMatchObject({
    code: 'connection_not_connected',
  })
})

test('a disconnect at one machine ends the tokens of all sessions of the user, at all machines', async () => {
  const { one, other, third } = createMachines(emulator)
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const elsewhere = await loggedIn(third, emulator.url)
  for (const server of [other, third]) await tokenAt(server, elsewhere)
  await visitor.request((store) => one.deleteConnectedAccount(id, store))
  for (const server of [one, other, third]) {
    expect(await rejection(tokenAt(server, elsewhere))).toMatchObject({
      code: 'connection_not_connected',
    })
  }
})

test('a disconnect in one application ends the tokens in another with the same store', async () => {
  const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
  const web = createServer(emulator, { sessions })
  const staging = createServer(emulator, { sessions, clientId: 'staging' })
  const id = await connected()
  const visitor = await loggedIn(web, emulator.url)
  const elsewhere = await loggedIn(staging, emulator.url)
  await tokenAt(staging, elsewhere)
  await visitor.request((store) => web.deleteConnectedAccount(id, store))
  expect(await rejection(tokenAt(staging, elsewhere))).toMatchObject({
    code: 'connection_not_connected',
  })
})

test('a store that fails before a disconnect ends it before the tenant is asked: store_unavailable', async () => {
  let isDown = false
  const { keyv } = memoryStore()
  const store = {
    get: (key: string) => keyv.get(key),
    set: (key: string, value: string, ttl: number) =>
      isDown ? Promise.reject(new Error('down')) : keyv.set(key, value, ttl),
    delete: (key: string) => keyv.delete(key),
  }
  const { one } = createMachines(emulator, { store, timeout: 100 })
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const disconnect = (account = id) =>
    visitor.request((options) => one.deleteConnectedAccount(account, options))
  await rejection(disconnect('cac_none')) // from here on the session has the access token for this
  const { accessToken } = await tokenAt(one, visitor)
  isDown = true
  expect(await rejection(disconnect())).toMatchObject({ code: 'store_unavailable' })
  expect(await tokenAt(one, visitor)).toMatchObject({ accessToken })
  isDown = false
  await disconnect()
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'connection_not_connected' })
})

test('a token that lives for years is kept for a day, and a disconnect is remembered for longer', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, {
    store,
    async send(request) {
      const isExchange = EXCHANGE.test(
        request.method === 'POST' ? await request.clone().text() : '',
      )
      const answer = await fetch(request)
      if (!isExchange) return answer
      return Response.json({ ...(await answer.json()), expires_in: 100_000_000 })
    },
  })
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const newLife = async (work: () => Promise<unknown>) => {
    const before = new Set(kept.keys())
    await work()
    const [entry] = [...kept].filter(([key]) => !before.has(key))
    return JSON.parse(entry?.[1] ?? '').expires - Date.now()
  }
  const day = 86_400_000
  expect(Math.abs((await newLife(() => tokenAt(one, visitor))) - day)).toBeLessThan(10_000)
  const disconnect = () => visitor.request((options) => one.deleteConnectedAccount(id, options))
  expect(await newLife(disconnect)).toBeGreaterThan(day + 60_000)
})

test('a token that an exchange brings after the account was deleted is not kept', async () => {
  const store = memoryStore().keyv
  const gate = createGate()
  const { one: slow } = createMachines(emulator, {
    store,
    async send(request) {
      const isExchange = EXCHANGE.test(
        request.method === 'POST' ? await request.clone().text() : '',
      )
      const answer = await fetch(request)
      if (isExchange) await gate.pass()
      return answer
    },
  })
  const { one, other } = createMachines(emulator, { store })
  const id = await connected()
  const visitor = await loggedIn(one, emulator.url)
  const { cookies } = visitor
  const late = tokenAt(slow, Object.assign(createVisitor(emulator.url), { cookies }))
  await gate.reached
  await visitor.request((options) => one.deleteConnectedAccount(id, options))
  gate.open()
  expect(await late).toHaveProperty('accessToken')
  for (const server of [slow, other]) {
    expect(await rejection(tokenAt(server, visitor))).toMatchObject({
      code: 'connection_not_connected',
    })
  }
})

test('garbage in place of a kept token is store_unreadable', async () => {
  const { keyv: store, kept } = memoryStore()
  const { one } = createMachines(emulator, { store })
  await connected()
  const visitor = await loggedIn(one, emulator.url)
  const before = new Set(kept.keys())
  await tokenAt(one, visitor)
  for (const key of kept.keys()) {
    if (!before.has(key)) kept.set(key, JSON.stringify({ value: await entryKey('x') }))
  }
  expect(await rejection(tokenAt(one, visitor))).toMatchObject({ code: 'store_unreadable' })
})
