import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type FaultRule } from '../src/index.js'
import { createConnector } from './connector.js'
import { authorize } from './mistaken-tenant.js'

let emulator: Emulator
let connector: Awaited<ReturnType<typeof createConnector>>

beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
  connector = await createConnector(emulator)
})
afterEach(() => emulator.close())

/** The error with which a flow comes back, or its code. */
async function comeBack(): Promise<string> {
  const { searchParams } = await connector.visit(await connector.start())
  return searchParams.get('error') ?? (searchParams.has('connect_code') ? 'code' : 'nothing')
}

describe('A fault with switches', () => {
  it.each<{ rule: FaultRule; seen: string }>([
    {
      rule: { operation: 'providerAuthorize', switches: { consent: 'refused' } },
      seen: 'access_denied',
    },
    { rule: { operation: 'providerToken', switches: { provider: 'down' } }, seen: 'server_error' },
    { rule: { operation: 'providerToken', status: 400 }, seen: 'server_error' },
    { rule: { operation: 'providerToken', damage: 'connection_reset' }, seen: 'server_error' },
    { rule: { operation: 'providerToken', damage: 'wrong_content_type' }, seen: 'server_error' },
  ])('befalls as many flows as `times` says, and then no more: %o', async ({ rule, seen }) => {
    emulator.faults.add({ ...rule, times: 2 })
    expect([await comeBack(), await comeBack(), await comeBack()]).toEqual([seen, seen, 'code'])
  })

  it('makes one ticket expire', async () => {
    emulator.failNext('connectPage', { switches: { ticket: 'expired' } })
    const visit = async () => (await fetch(await connector.start(), { redirect: 'manual' })).status
    expect([await visit(), await visit()]).toEqual([400, 302])
  })

  it('makes one code expire', async () => {
    const { start, visit, complete } = connector
    const operation = 'completeConnectedAccountRequest'
    emulator.failNext(operation, { switches: { connectCode: 'expired' } })
    const flow = async () => (await complete(await visit(await start()))).status
    expect([await flow(), await flow()]).toEqual([400, 201])
  })

  it('has a provider give one account no refresh token, and refuse one refresh', async () => {
    const { start, visit, complete, exchange } = connector
    emulator.failNext('providerToken', { switches: { providerRefreshToken: 'missing' } })
    await complete(await visit(await start()))
    expect((await exchange()).status).toBe(401)
    await complete(await visit(await start()))
    emulator.clock.advance(3601)
    emulator.failNext('getToken', { switches: { providerRefreshToken: 'revoked' } })
    expect([(await exchange()).status, (await exchange()).status]).toEqual([401, 200])
  })

  it('has one page of the provider cut off from its opener', async () => {
    const policy = async () =>
      (await fetch(await connector.start())).headers.get('cross-origin-opener-policy')
    const switches = { providerOpenerPolicy: 'same-origin' } as const
    emulator.failNext('providerAuthorize', { switches })
    expect([await policy(), await policy()]).toEqual(['same-origin', null])
  })

  it('sets them for its call only, not for others at the same time', async () => {
    const login = { emulator, client: emulator.clients.spa }
    const { refresh_token = '' } = await loginWithCode(login)
    const fields = { grant_type: 'refresh_token', refresh_token: 'unknown' }
    emulator.failNext('getToken', { delay: 50, switches: { invalidGrant: '400' } })
    const late = requestToken(login, fields)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const other = await requestToken(login, fields)
    expect([(await late).status, other.status]).toEqual([400, 403])
    expect(emulator.switches.get().invalidGrant).toBe('403')
    const good = await requestToken(login, { ...fields, refresh_token })
    expect(good.status).toBe(200)
  })

  it('befalls calls by `probability`, the same ones for the same seed', async () => {
    const run = async () => {
      const switches = { consent: 'refused' } as const
      emulator.faults.add({ operation: 'providerAuthorize', switches, probability: 0.5, seed: 3 })
      const seen: string[] = []
      for (let flow = 0; flow < 8; flow += 1) seen.push(await comeBack())
      emulator.faults.clear()
      return seen
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set(['access_denied', 'code']))
    expect(await run()).toEqual(first)
  })
})

describe('A fault of a page', () => {
  it.each(['authorize', 'connectPage'] as const)(
    'breaks off the page that a fault has in place of %s, which is still HTML',
    async (operation) => {
      emulator.failNext(operation, { status: 503, damage: 'truncated_body' })
      const link = operation === 'authorize' ? `${emulator.url}/authorize` : await connector.start()
      const response = await fetch(link, { redirect: 'manual' })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        503,
        'text/html; charset=utf-8',
      ])
      const reader = response.body?.getReader()
      const first = await reader?.read()
      expect(new TextDecoder().decode(first?.value)).toMatch(/^<!doctype html>/)
      await expect(reader?.read()).rejects.toThrow()
    },
  )

  it('answers the status that was asked for at /authorize, once', async () => {
    emulator.failNext('authorize', { status: 503, headers: { 'retry-after': '3' } })
    const params = { prompt: 'none' }
    const { page } = await authorize(emulator, params)
    expect([page?.status, page?.headers.get('retry-after')]).toEqual([503, '3'])
    expect((await authorize(emulator, params)).url.searchParams.get('error')).toBe('login_required')
  })

  it.each(['connectPage', 'providerAuthorize', 'providerConsent', 'loginCallback'] as const)(
    'answers the status that was asked for at %s, once',
    async (operation) => {
      emulator.failNext(operation, { status: 502 })
      await expect(comeBack()).rejects.toThrow('502')
      expect(await comeBack()).toBe('code')
    },
  )

  it.each(['authorize', 'connectPage'] as const)(
    'delays %s, which then does its work',
    async (operation) => {
      const visit = async () => {
        const start = performance.now()
        const link =
          operation === 'authorize' ? `${emulator.url}/authorize` : await connector.start()
        const { status } = await fetch(link, { redirect: 'manual' })
        return { status, took: performance.now() - start }
      }
      const usual = await visit()
      emulator.failNext(operation, { delay: 1000 })
      const late = await visit()
      expect(late.status).toBe(usual.status)
      expect(late.took).toBeGreaterThan(990)
    },
  )

  it('resets the connection', async () => {
    emulator.failNext('connectPage', { damage: 'connection_reset' })
    await expect(comeBack()).rejects.toThrow('fetch failed')
    expect(await comeBack()).toBe('code')
  })

  it.each([
    [
      { operation: 'connectPage', challenge: 'use_dpop_nonce' },
      'fault/challenge cannot be combined with the other fields',
    ],
    [{ operation: 'getToken', switches: {} }, 'fault/switches must NOT have fewer than 1'],
    [
      { operation: 'getToken', switches: { ticket: 'used' } },
      'fault/switches/ticket must be equal',
    ],
  ])('is refused where it says what it cannot: %o', (rule, message) => {
    // From a caller without types.
    const add = emulator.faults.add as (rule: object) => void
    expect(() => add(rule)).toThrow(message)
  })
})

it('The control API takes faults with switches, and those of pages', async () => {
  const body = JSON.stringify({ operation: 'providerAuthorize', switches: { consent: 'refused' } })
  const answer = await fetch(`${emulator.url}/_emulator/faults`, { method: 'POST', body })
  expect(answer.status).toBe(204)
  expect([await comeBack(), await comeBack()]).toEqual(['access_denied', 'code'])
})
