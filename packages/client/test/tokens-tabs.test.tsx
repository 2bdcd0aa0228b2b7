import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from 'vitest/browser'

let emulator: Awaited<ReturnType<typeof commands.startRotatingEmulator>>
let channel: BroadcastChannel

beforeEach(async () => {
  emulator = await commands.startRotatingEmulator()
  localStorage.setItem('domain', emulator.url)
  localStorage.setItem('refresh token', emulator.refreshToken)
  channel = new BroadcastChannel('tabs')
})
afterEach(async () => {
  await commands.stopRotatingEmulator(emulator.url)
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
  channel.close()
  localStorage.clear()
})

/** The next messages of the tabs. */
function messages(count: number): Promise<unknown[]> {
  const received: unknown[] = []
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (received.push(data) === count) resolve(received)
    }
  })
}

test('two tabs that refresh at once take turns: one request for each rotation, and none reused', async () => {
  const ready = messages(2)
  for (const _ of ['one tab', 'another']) {
    const frame = document.createElement('iframe')
    frame.src = new URL('./tab.html', import.meta.url).href
    document.body.append(frame)
  }
  expect(await ready).toEqual(['ready', 'ready'])
  const kept = new Set([emulator.refreshToken])
  for (const _ of [1, 2, 3]) {
    const answers = messages(2)
    channel.postMessage('refresh')
    expect(await answers).toEqual([
      { sent: 1, failures: 0 },
      { sent: 1, failures: 0 },
    ])
    kept.add(localStorage.getItem('refresh token') ?? '')
  }
  expect(kept.size).toBe(4)
  expect(await commands.stopRotatingEmulator(emulator.url)).toBe(0)
}, 30_000)
