import { loginWithCode } from '@connected-accounts/testing/person/login'
import { expect, it } from 'vitest'
import { createEmulator } from '../src/index.js'
import { usedHeap } from './heap.js'

/** What an emulator may leave in the process: timers, sockets and servers, listeners, and bytes of the heap. */
async function left() {
  // `fetch` hears a moment later that a connection which it keeps alive was closed.
  await expect.poll(handles).not.toContainEqual(expect.stringContaining('TCP'))
  return {
    handles: handles(),
    listeners: process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`),
    heap: usedHeap(),
  }
}

const handles = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')

/** Starts so many emulators one after another, and logs in at each. */
async function startAndStop(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const emulator = await createEmulator({ port: 0 })
    await loginWithCode({ emulator, client: emulator.clients.spa })
    await emulator.close()
  }
}

// In bytes: `fetch` itself keeps some 20 KiB for every origin that it has seen, an emulator that stays ten times as much.
const KEPT = 5 * 1024 * 1024

it('A hundred emulators that start and stop leave nothing behind in their process', async () => {
  await startAndStop(10)
  const before = await left()
  await startAndStop(100)
  const after = await left()
  expect(after.handles).toEqual(before.handles)
  expect(after.listeners).toEqual(before.listeners)
  expect(after.heap - before.heap).toBeLessThan(KEPT)
}, 60_000)
