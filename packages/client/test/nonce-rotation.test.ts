import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listConnectedAccounts, rateLimit } from '../src/index.js'
import { logInBound } from './bound-session.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

const hundred = Array.from({ length: 100 }, (_, n) => n)
type Session = Awaited<ReturnType<typeof logInBound>>

/** Lists a hundred times at once, and returns how many requests that took. */
async function listAtOnce({ client, statuses }: Session): Promise<number> {
  const before = statuses.length
  await Promise.all(hundred.map(() => listConnectedAccounts(client)))
  return statuses.length - before
}

test('100 requests in flight before there is a nonce all succeed, each repeated once', async () => {
  const session = await logInBound(emulator)
  const scope = 'read:me:connected_accounts'
  await session.accessToken({ audience: `${emulator.url}/me/`, scope, forceRefresh: false })
  expect(await listAtOnce(session)).toBe(200)
  expect(await listAtOnce(session)).toBe(100)
})

test('100 requests in flight when the nonce has expired all succeed, each repeated once', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  emulator.clock.advance(301)
  expect(await listAtOnce(session)).toBe(200)
})

test('100 requests in flight with a nonce that ages are not repeated, and take the next one from an answer', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  emulator.clock.advance(250)
  expect(await listAtOnce(session)).toBe(100)
  emulator.clock.advance(100)
  expect(await listAtOnce(session)).toBe(100)
})

test('where each nonce works once, 100 requests in flight all succeed, each repeated at most once', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  emulator.switches.set({ myAccountNonce: 'rotating' })
  expect(await listAtOnce(session)).toBeLessThanOrEqual(200)
})

test('where each nonce works once, one request after the other needs no repeat', async () => {
  const session = await logInBound(emulator)
  emulator.switches.set({ myAccountNonce: 'rotating' })
  for (let n = 0; n < 5; n += 1) await listConnectedAccounts(session.client)
  expect(session.statuses).toEqual([401, 200, 200, 200, 200, 200])
})

test('a nonce that never works is an invalid_token after one repeat', async () => {
  const session = await logInBound(emulator)
  emulator.switches.set({ myAccountNonce: 'expired' })
  await expect(listConnectedAccounts(session.client)).rejects.toMatchObject({
    code: 'invalid_token',
    status: 401,
  })
  expect(session.statuses).toEqual([401, 401])
})

test('an access token that has expired is replaced once, at the real API', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  emulator.clock.advance(86_401)
  await listConnectedAccounts(session.client)
  expect(session.asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, false, true])
})

test('an answer says how much of the rate limit is left', async () => {
  const { client } = await logInBound(emulator)
  const { response } = await client.GET('/connected-accounts/accounts')
  const { limit = 0, remaining, reset = 0 } = rateLimit(response) ?? {}
  expect(remaining).toBeLessThan(limit)
  expect(Math.abs(reset - Date.now() / 1000)).toBeLessThan(3600)
})
