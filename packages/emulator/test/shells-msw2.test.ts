import { http } from 'msw'
import { http as httpOf2 } from 'msw2'
import { expect, it, vi } from 'vitest'
import { describeMyAccountApi, intercept } from './shells.js'

// The same code with the other major version that its peer range allows.
vi.mock('msw', () => import('msw2'))
vi.mock('msw/node', () => import('msw2/node'))

it('these are the tests with msw 2', () => expect(http).toBe(httpOf2))

describeMyAccountApi('behind msw 2', intercept)
