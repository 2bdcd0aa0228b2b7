import { manage, managementToken } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type Fault } from '../src/index.js'

let emulator: Emulator
let token: string

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  token = await managementToken(emulator)
})

const get = () => manage(emulator, { path: '/clients/spa', token })

describe('A fault of the Management API', () => {
  it('has a status, headers and fields in its own form, as often as it is told to', async () => {
    const headers = { 'retry-after': '7' }
    const fault = { status: 429, headers, problem: { errorCode: 'too_many_requests' } }
    emulator.faults.add({ operation: 'getClient', ...fault, times: 2 })
    for (const answer of [await get(), await get()]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
      const words = { error: 'Too Many Requests', message: 'A fault of the emulator' }
      const body = { statusCode: 429, errorCode: 'too_many_requests', ...words }
      expect(await answer.json()).toEqual(body)
    }
    expect((await get()).status).toBe(200)
  })

  it('delays a call, which then does its work', async () => {
    emulator.failNext('getClient', { delay: 150 })
    const before = performance.now()
    expect((await get()).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(145)
  })

  it.each<[Fault['damage'], RegExp]>([
    ['truncated_body', /terminated/],
    ['empty_body', /^$/],
    ['wrong_content_type', /^<!doctype html>/],
    ['connection_reset', /fetch failed/],
  ])('damages an answer: %s', async (damage, seen) => {
    emulator.failNext('getClient', { ...(damage && { damage }) })
    const text = await get()
      .then((answer) => answer.text())
      .catch((error: unknown) => String(error))
    expect(text).toMatch(seen)
    expect((await get()).status).toBe(200)
  })
})
