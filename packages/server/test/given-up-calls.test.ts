import { afterAll, expect, test } from 'vitest'
import { rotatingEmulator, tokenAt } from './shared.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await rotatingEmulator()
afterAll(() => emulator.close())

test('a call that is given up while it refreshes still sends the rotated refresh token to the browser', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  let isArmed = false
  const server = createServer(emulator, {
    async fetch(request) {
      const answer = await fetch(request)
      if (isArmed && request.url.endsWith('/oauth/token')) abort.abort(reason)
      return answer
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  isArmed = true
  const { signal } = abort
  const options = { connection: 'github', signal }
  const call = visitor.request((store) => server.startConnectAccount(options, store))
  expect(await rejection(call)).toBe(reason)
  const other = createServer(emulator) // another process, which knows nothing but the cookie
  expect(await tokenAt(other, visitor, { forceRefresh: true })).toHaveProperty('accessToken')
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a connect callback that is loaded again sets no cookie of its flow', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const options = { connection: 'github' }
  const url = await visitor.request((store) => server.startConnectAccount(options, store))
  const callbackUrl = await visitor.connect(url)
  const complete = () =>
    visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
  const { account } = await complete()
  expect((await complete()).account).toEqual(account)
  expect(visitor.lastHeaders.getSetCookie().filter((line) => line.includes('_tx.'))).toEqual([])
})
