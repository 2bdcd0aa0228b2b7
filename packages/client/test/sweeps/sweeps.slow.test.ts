import { allFaults } from '@connected-accounts/testing/sweep/outside'
import { sweep } from '@connected-accounts/testing/sweep/sweep'
import { expect, test } from 'vitest'
import { completing, completingAgain, starting } from './connect-scenes.js'
import { orRefused, refreshedTokens } from './refresh-scenes.js'
import { setUpStage } from './world.js'

const stage = setUpStage()

test.for([
  ['startConnect', starting],
  ['completeConnect', completing],
  ['completeConnect after a lost answer', completingAgain],
] as const)(
  '%s withstands every fault of every call while its access tokens are refreshed',
  async ([, create]) => {
    const application = { stage: stage(), createTokens: refreshedTokens }
    const setUp = async () => orRefused(await create(application), stage().emulator)
    expect(await sweep({ setUp, faults: allFaults })).toEqual([])
  },
)
