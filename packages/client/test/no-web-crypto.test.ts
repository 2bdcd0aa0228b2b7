import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import { start } from './flows.js'

// As on an http page of another host than localhost: random values, but no `subtle`.
beforeEach(() => {
  const { crypto } = globalThis
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const expected = {
  name: 'ConnectFlowError',
  code: 'crypto_unavailable',
  docs: 'docs/errors.md#crypto_unavailable',
  message: expect.stringMatching(/crypto\.subtle.*https.*localhost/),
}

test('without Web Crypto a flow is not started, and nothing is sent', async () => {
  const { flow, requests } = start()
  await expect(flow).rejects.toMatchObject(expected)
  expect(requests).toHaveLength(0)
})

test('without Web Crypto there is no prover', async () => {
  await expect(createDpop()).rejects.toMatchObject(expected)
})
