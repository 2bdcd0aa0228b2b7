import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { tenantWithWeb } from '../../emulator/test/private-key.js'
import type { Session, SessionStore } from '../src/index.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const tenant = tenantWithWeb(({ refresh_token }) => {
  refresh_token.rotation_type = 'rotating'
  refresh_token.leeway = 0
})
const emulator = await createEmulator({ port: 0, tenant })
afterAll(() => emulator.close())

/** Sessions in one place that several server clients share; the cookie holds the id alone. */
function sharedSessions(): SessionStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    kept,
    async get(cookie) {
      const record = kept.get(String(await cookie.get()))
      return record ? (JSON.parse(record) as Session) : undefined // `set` has put it there
    },
    async set(cookie, session) {
      if (session.revision > 0 && !kept.has(session.id)) return // a logout has overtaken a refresh
      kept.set(session.id, JSON.stringify(session))
      await cookie.set(session.id, 3600)
    },
    async delete(cookie) {
      kept.delete(String(await cookie.get()))
      cookie.delete()
    },
    runAlone(_id, work) {
      const turn = last.then(work, work)
      last = turn.catch(() => {})
      return turn
    },
  }
}

const audience = 'https://api.example.test/'

test('with a store that they share, many servers make one refresh of a session', async () => {
  const sessions = sharedSessions()
  let refreshes = 0
  const servers = Array.from({ length: 4 }, () =>
    createServer(emulator, {
      sessions,
      async fetch(request) {
        const body = request.method === 'POST' ? await request.clone().text() : ''
        if (body.includes('grant_type=refresh_token')) refreshes += 1
        return fetch(request)
      },
    }),
  )
  const [one = createServer(emulator)] = servers
  const visitor = await loggedIn(one, emulator.url)
  const tokens = await Promise.all(
    servers.map((server) => visitor.request((store) => server.getAccessToken({ audience }, store))),
  )
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(refreshes).toBe(1)
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a logout at one of them ends the session at all, whatever cookie comes back', async () => {
  const sessions = sharedSessions()
  const [one, other] = [createServer(emulator, { sessions }), createServer(emulator, { sessions })]
  const visitor = await loggedIn(one, emulator.url)
  const copied = new Map(visitor.cookies)
  await visitor.request((store) => one.logout({}, store))
  visitor.cookies = copied
  const call = visitor.request((store) => other.getAccessToken({ audience }, store))
  expect(await rejection(call)).toMatchObject({ code: 'missing_session' })
  expect(sessions.kept.size).toBe(0)
})

test('the cookie has the id sealed, so that nobody can make one up', async () => {
  const sessions = sharedSessions()
  const server = createServer(emulator, { sessions })
  const visitor = await loggedIn(server, emulator.url)
  const [id = ''] = sessions.kept.keys()
  expect([...visitor.cookies.values()].join()).not.toContain(id)
  visitor.cookies.set('ca_session.0', id)
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
})
