import { describe, expect, test } from 'vitest'
import { keyv, keyvWithReplace } from './places.js'
import { functions, sweepFunction } from './sweeps.js'
import { setUpTenant } from './world.js'

const tenant = setUpTenant()

describe.for([keyv, keyvWithReplace])('Sessions in $name', (place) => {
  test.for(functions)('%s withstands every fault of every call', async ([, createScene]) => {
    expect(await sweepFunction(tenant(), place, createScene)).toEqual([])
  })
})
