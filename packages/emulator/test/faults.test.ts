import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type Fault } from '../src/index.js'

const running: Emulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
})

/** An emulator with a user who is logged in, and functions that call it as their application does. */
async function start() {
  const emulator = await createEmulator({ port: 0 })
  running.push(emulator)
  const audience = `${emulator.url}/me/`
  const scope = 'offline_access read:me:connected_accounts delete:me:connected_accounts'
  const login = { emulator, client: emulator.clients.spa, audience, scope }
  const { access_token, refresh_token = '' } = await loginWithCode(login)
  const headers = { authorization: `Bearer ${access_token}` }
  const list = () => fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, { headers })
  const refresh = () =>
    fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'spa', refresh_token }),
    })
  return { emulator, headers, list, refresh, login }
}

async function statuses(call: () => Promise<Response>, times: number): Promise<number[]> {
  const found: number[] = []
  for (let count = 0; count < times; count += 1) found.push((await call()).status)
  return found
}

describe('A fault', () => {
  it('befalls the next call only, unless told otherwise', async () => {
    const { emulator, list } = await start()
    emulator.faults.add({ operation: 'getConnectedAccounts', status: 500 })
    expect(await statuses(list, 2)).toEqual([500, 200])
  })

  it('befalls as many calls as `times` says, and faults of one operation queue', async () => {
    const { emulator, list } = await start()
    emulator.faults.add({ operation: 'getConnectedAccounts', status: 500, times: 2 })
    emulator.failNext('getConnectedAccounts', { status: 503 })
    expect(await statuses(list, 4)).toEqual([500, 500, 503, 200])
  })

  it('befalls calls by `probability`, the same ones for the same seed', async () => {
    const { emulator, list } = await start()
    const run = async (seed: number) => {
      emulator.faults.add({
        operation: 'getConnectedAccounts',
        status: 500,
        probability: 0.5,
        seed,
      })
      const found = await statuses(list, 20)
      emulator.faults.clear()
      return found
    }
    const first = await run(7)
    expect(new Set(first)).toEqual(new Set([200, 500]))
    expect(await run(7)).toEqual(first)
    expect(await run(8)).not.toEqual(first)
    expect(await statuses(list, 3)).toEqual([200, 200, 200])
  })

  it('ends by `times` when it also has a probability', async () => {
    const { emulator, list } = await start()
    const certain = { probability: 1, times: 1 }
    emulator.faults.add({ operation: 'getConnectedAccounts', status: 500, ...certain })
    expect(await statuses(list, 2)).toEqual([500, 200])
  })

  it('answers with the fields of a problem that it has', async () => {
    const { emulator, list } = await start()
    const problem = { type: 'https://auth0.com/api-errors/A0E-403-0009', title: 'Odd', hint: 1 }
    emulator.failNext('getConnectedAccounts', { status: 403, problem })
    const answer = await list()
    expect(await answer.json()).toMatchObject({ ...problem, status: 403 })
  })

  it('answers a 409 to complete, which nothing else does', async () => {
    const { emulator, headers } = await start()
    emulator.failNext('completeConnectedAccountRequest', { status: 409 })
    const url = `${emulator.url}/me/v1/connected-accounts/complete`
    const complete = () => fetch(url, { method: 'POST', headers })
    expect((await (await complete()).json()).title).toBe('Conflict')
    expect((await complete()).status).toBe(403)
  })

  it('answers 429 with a `retry-after`, at the token endpoint with an OAuth error', async () => {
    const { emulator, list, refresh } = await start()
    const fault = { status: 429, headers: { 'retry-after': '7' } }
    emulator.failNext('getConnectedAccounts', fault)
    emulator.failNext('getToken', { ...fault, problem: { error: 'slow_down' } })
    expect((await list()).headers.get('retry-after')).toBe('7')
    const answer = await refresh()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
    expect((await answer.json()).error).toBe('slow_down')
    expect([(await list()).status, (await refresh()).status]).toEqual([200, 200])
  })

  it.each(['getConnectedAccounts', 'getToken'] as const)(
    'delays %s, which then does its work',
    async (operation) => {
      const { emulator, list, refresh } = await start()
      const call = operation === 'getToken' ? refresh : list
      emulator.failNext(operation, { delay: 150 })
      const before = performance.now()
      expect((await call()).status).toBe(200)
      const between = performance.now()
      expect(between - before).toBeGreaterThanOrEqual(145)
      expect((await call()).status).toBe(200)
      expect(performance.now() - between).toBeLessThan(140)
    },
  )
})

describe.each(['getConnectedAccounts', 'getToken'] as const)(
  'Damage to an answer of %s',
  (operation) => {
    async function suffer(fault: Fault) {
      const { emulator, list, refresh } = await start()
      const call = operation === 'getToken' ? refresh : list
      emulator.failNext(operation, fault)
      const answer = await call().catch((error: unknown) => error)
      const after = await call()
      expect(after.status).toBe(200)
      expect(after.headers.get('content-type')).toMatch('application/json')
      return { answer, text: (found: unknown) => (found instanceof Response ? found.text() : '') }
    }

    it('resets the connection', async () => {
      const { answer } = await suffer({ damage: 'connection_reset' })
      expect(answer).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNRESET' } })
    })

    it('breaks the body off', async () => {
      const { answer, text } = await suffer({ damage: 'truncated_body' })
      expect(answer).toMatchObject({ status: 200 })
      await expect(text(answer)).rejects.toThrow('terminated')
    })

    it('leaves the body out', async () => {
      const { answer, text } = await suffer({ damage: 'empty_body' })
      expect(answer).toMatchObject({ status: 200 })
      expect(await text(answer)).toBe('')
    })

    it('sends HTML instead, also with another status', async () => {
      const { answer, text } = await suffer({ status: 502, damage: 'wrong_content_type' })
      expect(answer).toMatchObject({ status: 502 })
      expect(await text(answer)).toContain('<!doctype html>')
    })
  },
)

it('A damaged answer is one to a call that was done', async () => {
  const { emulator, headers } = await start()
  const [account] = await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
  emulator.failNext('deleteConnectedAccount', { damage: 'connection_reset' })
  const url = `${emulator.url}/me/v1/connected-accounts/accounts/${account?.id}`
  const remove = () => fetch(url, { method: 'DELETE', headers })
  await expect(remove()).rejects.toThrow('fetch failed')
  expect((await remove()).status).toBe(404)
})

describe('What is no fault', () => {
  it.each([
    [{ operation: 'getTokens', status: 500 }, 'fault/operation must be equal to one of'],
    [
      { operation: 'getToken' },
      'fault must have one of status, challenge, delay, damage, switches',
    ],
    [{ operation: 'getToken', status: 200 }, 'fault/status must be >= 400'],
    [{ operation: 'getToken', status: 500, headers: { 'a b': 'c' } }, 'fault/headers/a b'],
    [{ operation: 'getToken', status: 500, times: 0 }, 'fault/times must be >= 1'],
    [{ operation: 'getToken', status: 500, probability: 2 }, 'fault/probability must be <= 1'],
    [
      { operation: 'getToken', status: 401, challenge: 'use_dpop_nonce' },
      'fault/status cannot be combined with the other fields',
    ],
    [
      { operation: 'getToken', challenge: 'invalid_dpop_nonce' },
      'fault/challenge must be equal to one of the allowed values: use_dpop_nonce',
    ],
    [{ operation: 'getToken', delay: 1, problem: {} }, 'property status when property problem'],
    [{ operation: 'getToken', delay: -1 }, 'fault/delay must be >= 0'],
    [{ operation: 'getToken', damage: 'fire' }, 'connection_reset, truncated_body'],
    [{ operation: 'getToken', status: 500, statuss: 1 }, 'fault/statuss must NOT have'],
  ])('is refused: %o', async (rule, message) => {
    const { emulator, list } = await start()
    // From a caller without types.
    const add: (rule: object) => void = emulator.faults.add as (rule: object) => void
    expect(() => add(rule)).toThrow(message)
    expect((await list()).status).toBe(200)
  })
})

it('reset takes faults back', async () => {
  const { emulator, login } = await start()
  emulator.faults.add({ operation: 'getToken', status: 500, times: 9 })
  emulator.reset()
  const { status } = await requestToken(login, { grant_type: 'refresh_token', refresh_token: 'x' })
  expect(status).toBe(403)
})
