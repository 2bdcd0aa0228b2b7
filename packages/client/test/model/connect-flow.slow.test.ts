import { expect, test } from 'vitest'
import { explore, runRandomTraces } from './explore.js'
import { setUpModel } from './trace.js'

const emulator = setUpModel()

test('every trace of at most six actions, with one tab, one flow and a bad network, keeps the promises', async () => {
  const setting = {
    store: 'sessionStorage',
    isUserTold: true,
    flows: 1,
    tabs: 1,
    arePopupsUsed: false,
  } as const
  const stage = { emulator: emulator(), setting }
  const { states } = await explore(stage, { depth: 6, without: /mallory|logs in|lists|tokens/ })
  expect(states).toBeGreaterThan(500)
})

test('1,000 random traces with popups, two users and an attacker keep the promises', async () => {
  await runRandomTraces(emulator(), { traces: 1000, length: 40 })
})
