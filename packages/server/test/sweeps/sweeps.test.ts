import { unreached } from '@connected-accounts/testing/sweep/awaits'
import { reached } from '@connected-accounts/testing/sweep/outside'
import { describe, expect, test } from 'vitest'
import { cookies, keyv } from './places.js'
import { refreshing } from './scenes.js'
import { functions, sweepFunction } from './sweeps.js'
import { setUpTenant } from './world.js'

const tenant = setUpTenant()

describe('Sessions in cookies', () => {
  test.for(functions)('%s', async ([, createScene]) => {
    expect(await sweepFunction(tenant(), cookies, createScene)).toEqual([])
  })
})

test('getAccessToken, with sessions in a Keyv', async () => {
  expect(await sweepFunction(tenant(), keyv, refreshing)).toEqual([])
})

test('every await is reached', () => {
  const src = new URL('../../src/', import.meta.url)
  const rooms = ['login/login.ts', 'login/logout.ts', 'connect', 'tokens/access-token.ts']
  expect(unreached(src, rooms, reached)).toEqual([])
})
