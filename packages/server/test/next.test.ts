import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { storeOptions } from '../src/adapters/next.js'
import { createServer, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const audience = 'https://api.example.test/'

async function loggedInHeaders() {
  const server = createServer(emulator)
  const { cookies } = await loggedIn(server, emulator.url)
  return {
    server,
    headers: new Headers({ cookie: [...cookies].map((c) => c.join('=')).join('; ') }),
  }
}

test('an action sets the cookies of a refresh, each with its attributes', async () => {
  const { server, headers } = await loggedInHeaders()
  const set: unknown[] = []
  const cookies = { set: (cookie: object) => set.push(cookie) }
  await server.getAccessToken({ audience }, storeOptions({ headers, cookies }))
  expect(set.at(-1)).toEqual({
    name: 'ca-3000_session.0',
    value: expect.stringMatching(/^[\w.-]+$/),
    path: '/',
    maxAge: expect.any(Number),
    httpOnly: true,
    sameSite: 'lax',
  })
})

test('a page, which can set no cookies, has the user and a token', async () => {
  const { server, headers } = await loggedInHeaders()
  const store = storeOptions({ headers })
  expect(await server.getUser(store)).toMatchObject({ sub: 'auth0|alice' })
  expect(await server.getAccessToken({ audience }, store)).toHaveProperty('accessToken')
})
