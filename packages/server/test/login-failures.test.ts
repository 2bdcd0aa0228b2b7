import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerClient, SharedStore } from '../src/index.js'
import { createMachines, rotatingEmulator, tokenAt } from './shared.js'
import { createServer, createVisitor, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const complete = (server: ServerClient, visitor: Visitor, callbackUrl: URL) =>
  visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
const userOf = (server: ServerClient, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))

/** Starts a login and comes back from the tenant. */
async function comeBack(server: ServerClient, visitor: Visitor): Promise<URL> {
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  return visitor.logIn(url)
}

describe('a callback that is sent twice at once', () => {
  test.for(['cookies', 'a store'])(
    'uses its code once, and both requests are logged in, with sessions in %s',
    async (where) => {
      const { one, grants } = createMachines(emulator)
      const server = where === 'a store' ? one : createServer(emulator)
      const visitor = createVisitor(emulator.url)
      const callbackUrl = await comeBack(server, visitor)
      const tabs = [1, 2].map(() =>
        Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) }),
      )
      const completed = await Promise.all(tabs.map((tab) => complete(server, tab, callbackUrl)))
      for (const { user } of completed) expect(user.sub).toBe('auth0|alice')
      if (where === 'a store') expect(grants).toEqual(['authorization_code'])
      for (const tab of tabs) {
        expect(await tokenAt(server, tab, { forceRefresh: true })).toHaveProperty('accessToken')
      }
      expect(emulator.refreshTokenReuses).toBe(0)
    },
  )

  test('fails for both if the code is refused', async () => {
    const server = createServer(emulator)
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await comeBack(server, visitor)
    callbackUrl.searchParams.set('code', 'wrong')
    const tabs = [1, 2].map(() =>
      Object.assign(createVisitor(emulator.url), { cookies: new Map(visitor.cookies) }),
    )
    for (const tab of await Promise.all(
      tabs.map((tab) => rejection(complete(server, tab, callbackUrl))),
    )) {
      expect(tab).toMatchObject({ name: 'TokenError', code: 'invalid_grant' })
    }
  })
})

test.for([1, 2])(
  'a store that fails at write %i of a login leaves the session from before as it was',
  async (failing) => {
    const kept = new Map<string, string>()
    let write = Number.NEGATIVE_INFINITY
    const store: SharedStore = {
      get: async (key) => kept.get(key),
      async set(key, value) {
        write += 1
        if (write >= failing) throw new Error('the connection is closed')
        kept.set(key, value)
      },
      delete: async (key) => kept.delete(key),
    }
    const { one: server } = createMachines(emulator, { store, timeout: 100 })
    const visitor = await loggedIn(server, emulator.url)
    const before = Object.assign(createVisitor(emulator.url), {
      cookies: new Map(visitor.cookies),
    })
    const callbackUrl = await comeBack(server, visitor)
    write = 0
    const error = await rejection(complete(server, visitor, callbackUrl))
    expect(error).toMatchObject({ name: 'SessionError', code: 'store_unavailable' })
    expect(await userOf(server, before)).toMatchObject({ sub: 'auth0|alice' })
    expect(await userOf(server, visitor)).toMatchObject({ sub: 'auth0|alice' })
  },
)

test('a login ends the session from before', async () => {
  for (const server of [createServer(emulator), createMachines(emulator).one]) {
    const visitor = await loggedIn(server, emulator.url)
    const before = Object.assign(createVisitor(emulator.url), {
      cookies: new Map(visitor.cookies),
    })
    await complete(server, visitor, await comeBack(server, visitor))
    expect(await userOf(server, visitor)).toMatchObject({ sub: 'auth0|alice' })
    expect(await userOf(server, before)).toBeUndefined()
  }
})
