import { http } from 'msw'
import { http as httpOf2 } from 'msw2'
import { expect, it } from 'vitest'
import { describeMyAccountApi, intercept } from './shells.js'

// The same code with the other major version that its peer range allows: vitest.config.ts has this file resolve msw to it.
it('these are the tests with msw 2', () => expect(http).toBe(httpOf2))

describeMyAccountApi('behind msw 2', intercept)
