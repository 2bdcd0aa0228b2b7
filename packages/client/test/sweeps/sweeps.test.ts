import { unreached } from '@connected-accounts/testing/sweep/awaits'
import { allFaults, reached } from '@connected-accounts/testing/sweep/outside'
import { sweep } from '@connected-accounts/testing/sweep/sweep'
import { expect, test } from 'vitest'
import { completing, oneToken, otherCompletions, starting } from './connect-scenes.js'
import { refreshing } from './refresh-scenes.js'
import { setUpStage } from './world.js'

const stage = setUpStage()
const application = () => ({ stage: stage(), createTokens: oneToken })

test('refreshTokenSource withstands every fault of every call, and an abort at every await', async () => {
  const setUp = () => refreshing(stage())
  expect(await sweep({ setUp, faults: allFaults, aborts: true })).toEqual([])
})

test('startConnect withstands every fault of every call, and an abort at every await', async () => {
  const setUp = () => starting(application())
  expect(await sweep({ setUp, faults: allFaults, aborts: true })).toEqual([])
})

test('completeConnect withstands every fault of every call, and an abort at every await', async () => {
  const setUp = () => completing(application())
  expect(await sweep({ setUp, faults: allFaults, aborts: true })).toEqual([])
})

// All faults are in the slow tests.
test.for(otherCompletions)(
  'completeConnect withstands the failure of every call %s',
  async ([, create]) => {
    const setUp = () => create(application())
    expect(await sweep({ setUp, faults: ['fails'] })).toEqual([])
  },
)

test('the sweeps of the client reach every await of these files', () => {
  const src = new URL('../../src/', import.meta.url)
  const files = ['refresh-grant', 'refresh-token-rotation', 'refresh-token-source']
  const swept = ['connect', ...files.map((name) => `tokens/${name}.ts`)]
  expect(unreached(src, swept, reached)).toEqual([])
})
