import { allFaults } from '@connected-accounts/testing/sweep/outside'
import { sweep } from '@connected-accounts/testing/sweep/sweep'
import { expect, test } from 'vitest'
import { completing, oneToken, otherCompletions, starting } from './connect-scenes.js'
import { orRefused, refreshedTokens } from './refresh-scenes.js'
import { setUpStage } from './world.js'

const stage = setUpStage()

test.for(otherCompletions)(
  'completeConnect withstands every fault of every call, and an abort at every await, %s',
  async ([, create]) => {
    const setUp = () => create({ stage: stage(), createTokens: oneToken })
    expect(await sweep({ setUp, faults: allFaults, aborts: true })).toEqual([])
  },
)

test.for([
  ['startConnect', starting],
  ['completeConnect', completing],
] as const)(
  '%s withstands every fault of every call while its access tokens are refreshed',
  async ([, create]) => {
    const application = { stage: stage(), createTokens: refreshedTokens }
    const setUp = async () => orRefused(await create(application), stage().emulator)
    expect(await sweep({ setUp, faults: allFaults })).toEqual([])
  },
)
