import { unreached } from '@connected-accounts/testing/sweep/awaits'
import { reached } from '@connected-accounts/testing/sweep/outside'
import { expect, test } from 'vitest'
import { cookies, keyv } from './places.js'
import { refreshing } from './scenes.js'
import { functions, sweepFunction } from './sweeps.js'
import { setUpTenant } from './world.js'

const tenant = setUpTenant()

test.for(functions)(
  '%s withstands every fault of every call, with sessions in cookies',
  async ([, createScene]) => {
    expect(await sweepFunction(tenant(), cookies, createScene)).toEqual([])
  },
)

// The other functions are in the slow tests.
test('getAccessToken withstands every fault of every call, with sessions in a Keyv', async () => {
  expect(await sweepFunction(tenant(), keyv, refreshing)).toEqual([])
})

test('the sweeps of the server reach every await of these files', () => {
  const src = new URL('../../src/', import.meta.url)
  const swept = [
    'login/login.ts',
    'login/logout.ts',
    'connect',
    'accounts',
    'tokens/access-token.ts',
  ]
  expect(unreached(src, swept, reached)).toEqual([])
})
