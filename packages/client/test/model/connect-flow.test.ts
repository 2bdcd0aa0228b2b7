import { test } from 'vitest'
import { runRandomTraces } from './explore.js'
import { replay, setUpModel } from './trace.js'

const emulator = setUpModel()

test('random traces of the connect flow keep its promises', { timeout: 500_000}, async () => {
  await runRandomTraces(emulator(), { traces: Number(process.env.N ?? 100), length: 30 })
})

const setting = {
  store: 'sessionStorage',
  isUserTold: true,
  flows: 2,
  tabs: 2,
  arePopupsUsed: true,
} as const

test('a flow that was lost before it was completed does not report the account of another flow', async () => {
  await replay({ emulator: emulator(), setting }, [
    'tab 1 starts',
    'connect 1 is answered',
    'tab 1 allows as alice',
    'complete 1 is lost',
    'tab 2 starts',
    'connect 2 is answered',
    'tab 2 allows as alice.work',
    'complete 2 is answered',
    'the tenant forgets flows early',
    'tab 1 calls again',
    'complete 1.2 is answered',
  ])
})
test('lost', async () => {
  await replay({ emulator: emulator(), setting }, [
    'tab 1 starts',
    'connect 1 is answered',
    'tab 1 allows as alice',
    'complete 1 loses its answer',
    'tab 1 reloads',
    'complete 1.2 is answered',
  ])
})
test('forged', async () => {
  await replay({ emulator: emulator(), setting }, [
    'tab 1 starts',
    'connect 1 is answered',
    'mallory starts',
    "mallory allows mallory's flow",
    'tab 1 allows as alice',
    'complete 1 loses its answer',
    'tab 1 opens a forged refusal of 1',
  ])
})
