import { buildCommand, endCommands, run } from '@connected-accounts/testing/machine/command'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { listConnectedAccounts } from '../src/index.js'
import { logInBound } from './bound-session.js'

// The emulator runs in another process, so that only the clock of the client is wrong.
let emulator: Parameters<typeof logInBound>[0]
beforeAll(async () => {
  const script = new URL('emulator-process.ts', import.meta.url)
  const { lines } = run(await buildCommand(script, 'client-clock'), [])
  const [url = ''] = await lines(1)
  const spa = { clientId: 'spa' }
  emulator = { url, domain: url, clients: { spa } as Parameters<typeof logInBound>[0]['clients'] }
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(endCommands)

/** Lets a second pass at the tenant. Without a jti, tokens of the same second are the same. */
async function passSecond(): Promise<void> {
  const body = JSON.stringify({ advance: 1 })
  await fetch(`${emulator.url}/_emulator/clock`, { method: 'POST', body })
}

test.for([-10, 10, 60 * 24 * 400])(
  "a client whose clock is off by %i minutes learns the server's from a fresh token",
  async (minutes) => {
    const session = await logInBound(emulator)
    await listConnectedAccounts(session.client)
    await passSecond()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
    session.statuses.length = 0
    await listConnectedAccounts(session.client)
    await listConnectedAccounts(session.client)
    expect(session.statuses).toEqual([400, 200, 200])
    expect(session.asked.map(({ forceRefresh }) => forceRefresh)).toEqual([
      false,
      false,
      true,
      false,
    ])
  },
)

test('100 requests in flight with a clock that is off all succeed, each repeated once for it', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  await passSecond()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
  session.statuses.length = 0
  const list = () => listConnectedAccounts(session.client)
  await Promise.all(Array.from({ length: 100 }, list))
  expect(session.statuses.filter((status) => status === 200)).toHaveLength(100)
  expect(session.statuses.length).toBeLessThanOrEqual(200)
})

test('a clock that is set right later is learned anew', async () => {
  const session = await logInBound(emulator)
  await listConnectedAccounts(session.client)
  await passSecond()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
  await listConnectedAccounts(session.client)
  await passSecond()
  vi.useRealTimers()
  session.statuses.length = 0
  await listConnectedAccounts(session.client)
  expect(session.statuses).toEqual([400, 200])
})
