import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { usedHeap } from './heap.js'
import { hostileRequests } from './hostile-requests.js'
import { type HostileRun, sendHostileBytes, sendHostileRequests } from './hostile-run.js'
import { createHostileWorld, type HostileWorld } from './hostile-world.js'

/** The tests of hostile input: `numRuns` requests to each part, and as many times bytes that are no requests. */
export function testHostileInput({ numRuns, seed }: HostileRun, timeout: number): void {
  const run = { numRuns, ...(seed !== undefined && { seed }) }
  const complaints = vi.spyOn(console, 'error')
  let world: HostileWorld

  beforeEach(async () => {
    complaints.mockClear()
    world = await createHostileWorld()
  })
  afterEach(async () => {
    await world.emulator.close()
    expect(complaints.mock.calls).toEqual([])
  })

  it.each(Object.entries(hostileRequests))(
    'Requests to %s with something wrong in them get no 5xx that was not asked for, and leave little behind',
    async (_part, requests) => {
      await sendHostileRequests(world, requests(world), { ...run, numRuns: numRuns / 5 })
      const before = usedHeap()
      await sendHostileRequests(world, requests(world), run)
      expect(usedHeap() - before).toBeLessThan(32 * 1024 * 1024)
    },
    timeout,
  )

  it(
    'Bytes that are no requests get no 5xx, and end no process',
    async () => {
      await sendHostileBytes(world, run)
      const { url } = world.emulator
      expect((await fetch(`${url}/.well-known/openid-configuration`)).status).toBe(200)
    },
    timeout,
  )
}
