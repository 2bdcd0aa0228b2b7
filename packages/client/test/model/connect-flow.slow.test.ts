import { expect, test } from 'vitest'
import { explore, runRandomTraces } from './explore.js'
import { setUpModel } from './trace.js'
import type { Setting } from './world.js'

const emulator = setUpModel()

const setting: Setting = {
  store: 'sessionStorage',
  isUserTold: true,
  flows: 1,
  tabs: 1,
  arePopupsUsed: false,
}

test('every trace of at most six actions, with one tab, one flow and a bad network, keeps the promises', async () => {
  const bounds = { from: [], depth: 6, without: /mallory|logs in|lists|tokens/ }
  const { states } = await explore({ emulator: emulator(), setting }, bounds)
  expect(states).toBeGreaterThan(400) // fewer would mean that something keeps the model from exploring
})

test('every trace with an attacker that goes on with at most three actions keeps the promises', async () => {
  const from = [
    'tab 1 starts',
    'connect 1 is answered',
    'mallory starts',
    "mallory allows mallory's flow",
  ]
  const { states } = await explore({ emulator: emulator(), setting }, { from, depth: 3 })
  expect(states).toBeGreaterThan(500)
})

test('1,000 random traces with popups, two users and an attacker keep the promises', async () => {
  await runRandomTraces(emulator(), { traces: 1000, length: 40 })
})
