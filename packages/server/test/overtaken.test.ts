import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { createServer, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

test('a logout that overtakes a refresh stays one', async () => {
  const { promise: logout, resolve: loggedOut } = createSignal()
  const { promise: refreshing, resolve: refreshStarted } = createSignal()
  const server = createServer(emulator, {
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      const answer = await fetch(request)
      if (body.includes('grant_type=refresh_token')) {
        refreshStarted()
        await logout
      }
      return answer
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const copied = new Map(visitor.cookies)
  const audience = 'https://api.example.test/'
  const token = visitor.request((store) => server.getAccessToken({ audience }, store))
  await refreshing
  await visitor.request((store) => server.logout({}, store))
  loggedOut()
  await token
  expect(visitor.cookies.size).toBe(0)
  visitor.cookies = copied
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
})

function createSignal() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}
