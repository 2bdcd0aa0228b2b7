import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createConnector } from './connector.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
})

afterEach(() => emulator.close())

describe('The switch ticket', () => {
  it('makes links to connect an account expire, until it is set back', async () => {
    const { start, visit } = await createConnector(emulator)
    emulator.switches.set({ ticket: 'expired' })
    const link = async () => fetch(await start(), { redirect: 'manual' })
    expect((await link()).status).toBe(400)
    emulator.switches.set({ ticket: 'valid' })
    expect((await visit(await start())).searchParams.get('connect_code')).toBeTruthy()
  })
})

describe('The switch connectCode', () => {
  it('makes codes expire, until it is set back', async () => {
    const { start, visit, complete } = await createConnector(emulator)
    emulator.switches.set({ connectCode: 'expired' })
    const expired = await visit(await start())
    const refused = await complete(expired)
    expect(refused.status).toBe(400)
    expect((await refused.json()).detail).toBe('Invalid connect_code')
    emulator.switches.set({ connectCode: 'valid' })
    expect((await complete(expired)).status).toBe(400)
    expect((await complete(await visit(await start()))).status).toBe(201)
  })
})

describe('The switch consent', () => {
  it('refuses without a person, until it is set back', async () => {
    const { start, visit } = await createConnector(emulator)
    emulator.switches.set({ consent: 'refused' })
    const refused = await visit(await start(), 'nobody')
    expect(refused.searchParams.get('error')).toBe('access_denied')
    expect(refused.searchParams.get('state')).toBe('connect.abc')
    emulator.switches.set({ consent: 'asked' })
    expect((await visit(await start())).searchParams.has('connect_code')).toBe(true)
    await expect(visit(await start(), 'nobody')).rejects.toThrow('A person is asked')
  })
})

describe('The switch provider', () => {
  it('takes the third parties down, their pages and their tokens, until it is set back', async () => {
    const { start, visit, complete, exchange } = await createConnector(emulator)
    await complete(await visit(await start()))
    emulator.clock.advance(3601)
    emulator.switches.set({ provider: 'down' })
    const departure = await fetch(await start(), { redirect: 'manual' })
    expect((await fetch(departure.headers.get('location') ?? '')).status).toBe(503)
    expect((await exchange()).status).toBe(401)
    emulator.switches.set({ provider: 'up' })
    expect((await exchange()).status).toBe(200)
  })

  it('ends a flow whose person is on the way back with server_error', async () => {
    const { start, visit } = await createConnector(emulator)
    const down = () => emulator.switches.set({ provider: 'down' })
    const callback = await visit(await start(), 'allow', down)
    expect(callback.searchParams.get('error')).toBe('server_error')
  })
})

describe('The switch providerRefreshToken', () => {
  it('has third parties give none, so that there is nothing to exchange', async () => {
    const { start, visit, complete, exchange } = await createConnector(emulator)
    const connect = async () => complete(await visit(await start()))
    emulator.switches.set({ providerRefreshToken: 'missing' })
    expect((await connect()).status).toBe(201)
    const { status, body } = await exchange()
    expect([status, body.error]).toEqual([401, 'federated_connection_refresh_token_not_found'])
    emulator.switches.set({ providerRefreshToken: 'issued' })
    await connect()
    expect((await exchange()).status).toBe(200)
  })

  it('has seeded accounts without one, too', async () => {
    const { exchange } = await createConnector(emulator)
    const account = { user_id: 'auth0|alice', connection: 'acme' }
    emulator.switches.set({ providerRefreshToken: 'missing' })
    await emulator.seed(account)
    expect((await exchange()).status).toBe(401)
    emulator.switches.set({ providerRefreshToken: 'issued' })
    await emulator.seed(account)
    expect((await exchange()).status).toBe(200)
  })

  it('has third parties take none, which is seen when the access token has expired', async () => {
    const { exchange } = await createConnector(emulator)
    await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
    emulator.switches.set({ providerRefreshToken: 'revoked' })
    expect((await exchange()).status).toBe(200)
    emulator.clock.advance(3601)
    expect((await exchange()).body.error).toBe('federated_connection_refresh_token_not_found')
    emulator.switches.set({ providerRefreshToken: 'issued' })
    expect((await exchange()).status).toBe(200)
  })
})

describe('The switch providerOpenerPolicy', () => {
  it("cuts the provider's page off from its opener, until it is set back", async () => {
    const { start } = await createConnector(emulator)
    const policy = async () =>
      (await fetch(await start())).headers.get('cross-origin-opener-policy')
    emulator.switches.set({ providerOpenerPolicy: 'same-origin' })
    expect(await policy()).toBe('same-origin')
    emulator.switches.set({ providerOpenerPolicy: 'unsafe-none' })
    expect(await policy()).toBeNull()
  })
})

describe('The switch callback', () => {
  it('puts the answer in the fragment although PKCE was used, until it is set back', async () => {
    const { start, visit } = await createConnector(emulator)
    emulator.switches.set({ callback: 'fragment' })
    expect(await visit(await start())).toMatchObject({
      search: '',
      hash: expect.stringContaining('connect_code='),
    })
    emulator.switches.set({ callback: 'by_pkce' })
    expect((await visit(await start())).hash).toBe('')
  })

  it('puts the answer in the query although PKCE was not used, until it is set back', async () => {
    const { start, visit } = await createConnector(emulator)
    emulator.switches.set({ callback: 'query' })
    const answer = await visit(await start({ withPkce: false }))
    expect([answer.searchParams.has('connect_code'), answer.hash]).toEqual([true, ''])
    emulator.switches.set({ callback: 'by_pkce' })
    expect((await visit(await start({ withPkce: false }))).search).toBe('')
  })
})

it('reset sets all switches back', async () => {
  const defaults = emulator.switches.get()
  emulator.switches.set({ callback: 'query', provider: 'down' })
  emulator.reset()
  expect(emulator.switches.get()).toEqual(defaults)
})

it('What is no switch is refused', () => {
  // From a caller without types.
  const set = emulator.switches.set as (change: object) => void
  expect(() => set({ ticket: 'used' })).toThrow('switches/ticket must be equal to one of')
  expect(() => set({ tickets: 'valid' })).toThrow('switches/tickets must NOT have')
})
