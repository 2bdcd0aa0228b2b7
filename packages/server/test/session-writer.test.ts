import { expect, onTestFinished, test, vi } from 'vitest'
import { createSentRefreshes } from '../src/sessions/sent-refreshes.js'
import type { Session } from '../src/sessions/session.js'
import { createSessionWriter, findSession, sealSession } from '../src/sessions/session-entries.js'
import { createLocalTurns } from '../src/sessions/turns.js'
import { type Entries, entryKey } from '../src/store/shared-store.js'
import { createGate } from './shared.js'

const id = 'a session of more than thirty-two bytes'

const session = (revision: number, more: Partial<Session> = {}): Session => ({
  id,
  clientId: 'web',
  user: { sub: 'auth0|alice' },
  domain: 'https://tenant.example.test',
  refreshToken: `refresh token ${revision}`,
  tokens: [],
  createdAt: 0,
  expiresAt: Date.now() + 3_600_000,
  revision,
  ...more,
})

/** Entries in memory, which have the session of revision 0. Their next writes do what `outcomes` says, in this order. */
async function createMemoryEntries() {
  const kept = new Map<string, string>()
  const outcomes: (() => Promise<void> | void)[] = []
  const entries: Entries = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
    async replace(key, _expected, value) {
      await outcomes.shift()?.()
      kept.set(key, value)
      return true
    },
    settled: async () => {},
  }
  await entries.set(await entryKey('session', id), await sealSession(session(0)), 0)
  const stored = async () => (await findSession(entries, { id, ends: [] }))?.session
  return { entries, outcomes, kept, stored }
}

const isAway = () => {
  throw new Error('The store is away')
}

test('a session that the store did not accept is remembered until it is written', async () => {
  const { entries, outcomes, stored } = await createMemoryEntries()
  const writer = createSessionWriter(entries)
  outcomes.push(isAway)
  await expect(writer.save(session(1))).rejects.toThrow('The store is away')
  expect(writer.unsaved(id)).toMatchObject({ revision: 1 })
  await writer.unsavedWork(id)
  expect(await stored()).toMatchObject({ refreshToken: 'refresh token 1' })
  expect(writer.unsaved(id)).toBeUndefined()
  expect(writer.unsavedWork(id)).toBeUndefined()
})

test('there is work from the beginning of a save, the same after it has failed, and none after it has succeeded', async () => {
  const { entries, outcomes } = await createMemoryEntries()
  const writer = createSessionWriter(entries)
  outcomes.push(isAway)
  const saving = writer.save(session(1))
  const work = writer.unsavedWork(id)
  expect(work).toBeInstanceOf(Promise)
  await expect(saving).rejects.toThrow()
  expect(writer.unsavedWork(id)).toBe(work)
  const next = writer.save(session(2))
  expect(writer.unsavedWork(id)).toBe(work)
  await next
  await work
  await writer.save(session(3))
  expect(writer.unsavedWork(id)).toBeUndefined()
})

test('a save that succeeds does not forget a newer session, which is written when the store is back', async () => {
  const { entries, outcomes, stored } = await createMemoryEntries()
  const writer = createSessionWriter(entries)
  const { pass, reached, open } = createGate()
  outcomes.push(pass, isAway)
  const first = writer.save(session(1))
  await reached
  const second = writer.save(session(2))
  await expect(second).rejects.toThrow()
  open()
  await first
  expect(writer.unsaved(id)).toMatchObject({ revision: 2 })
  await vi.waitFor(async () => expect(await stored()).toMatchObject({ revision: 2 }))
})

test('a save that fails after the earlier one has ended is tried again, too', async () => {
  const { entries, outcomes, stored } = await createMemoryEntries()
  const writer = createSessionWriter(entries)
  const [one, other] = [createGate(), createGate()]
  outcomes.push(one.pass, async () => {
    await other.pass()
    isAway()
  })
  const first = writer.save(session(1))
  await one.reached
  const second = writer.save(session(2))
  await other.reached
  one.open()
  await first
  other.open()
  await expect(second).rejects.toThrow()
  await writer.unsavedWork(id)
  expect(await stored()).toMatchObject({ revision: 2 })
})

test('a save that fails while late writes settle is tried again, too', async () => {
  const { entries, outcomes, stored } = await createMemoryEntries()
  const { pass, reached, open } = createGate()
  vi.spyOn(entries, 'settled').mockImplementationOnce(pass)
  const writer = createSessionWriter(entries)
  outcomes.push(isAway)
  await expect(writer.save(session(1))).rejects.toThrow()
  const work = writer.unsavedWork(id)
  await reached
  outcomes.push(isAway)
  await expect(writer.save(session(2))).rejects.toThrow()
  open()
  await work
  expect(await stored()).toMatchObject({ revision: 2 })
})

test('a session that has ended is not written', async () => {
  const { entries, kept, stored } = await createMemoryEntries()
  const writer = createSessionWriter(entries)
  kept.set(await entryKey('ended', id), String(Number.MAX_SAFE_INTEGER))
  expect(await writer.save(session(1))).toBeUndefined()
  expect(await stored()).toMatchObject({ revision: 0 })
})

test('the note of a refresh is kept for 15 minutes, and no longer than the session', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  onTestFinished(() => void vi.useRealTimers())
  const { entries } = await createMemoryEntries()
  const set = vi.spyOn(entries, 'set')
  const { note } = createSentRefreshes(entries)
  const key = await entryKey('refresh', id)
  await note(session(3))
  expect(set).toHaveBeenLastCalledWith(key, '3 1000000', 1_900_000)
  await note(session(3, { expiresAt: 1_060_000 }))
  expect(set).toHaveBeenLastCalledWith(key, '3 1000000', 1_060_000)
})

test('work of a session that does not get its turn in time is refresh_busy, and an error of the work is its own', async () => {
  const runAlone = createLocalTurns()
  const { pass, reached, open } = createGate()
  const first = runAlone('session', pass, { timeout: 1000 })
  await reached
  const second = runAlone('session', async () => 'not run', { timeout: 10 })
  await expect(second).rejects.toMatchObject({ code: 'refresh_busy' })
  open()
  await first
  const failure = new Error('The work failed')
  await expect(runAlone('session', () => Promise.reject(failure), { timeout: 1000 })).rejects.toBe(
    failure,
  )
})
