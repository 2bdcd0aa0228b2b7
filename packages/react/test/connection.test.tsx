import { defineConnections, deleteConnectedAccount, TokenError } from '@connected-accounts/client'
import { type UseConnectionOptions, useConnection } from '@connected-accounts/react'
import { expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

withEmulator()

/** Asks about Google's connection, or another. */
async function ask(bed: TestBed, options?: UseConnectionOptions, connection = 'google-oauth2') {
  const { result } = await renderHook(() => useConnection(connection, options), {
    wrapper: bed.page,
  })
  return { ask: () => result.current, status: () => result.current.status }
}

/** Makes every account end after a time in milliseconds, because the emulator's accounts never end. */
function expireIn(bed: TestBed, ms: number): void {
  const { send } = bed
  const expires_at = new Date(Date.now() + ms).toISOString()
  bed.send = async (request) => {
    const response = await send(request)
    const { accounts, ...rest } = await response.clone().json()
    if (!accounts) return response
    return Response.json({
      ...rest,
      accounts: accounts.map((one: object) => ({ ...one, expires_at })),
    })
  }
}

const notConnected = new TokenError('connection_not_connected', { message: 'No refresh token.' })

test('an account with all scopes is connected, and the connections are not asked for', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { ask: connection, status } = await ask(bed, { scopes: account?.scopes })
  expect(status()).toBe('pending')
  await expect.poll(status).toBe('connected')
  expect(connection()).toMatchObject({
    account: { id: account?.id },
    missingScopes: [],
    error: null,
  })
  expect(bed.calls).toEqual(['GET /connected-accounts/accounts?take=20'])
})

test('an account without one of the scopes is missing_scopes, and which', async () => {
  const [account] = await seed(1)
  const scopes = [...(account?.scopes ?? []), 'https://www.googleapis.com/auth/drive']
  const { ask: connection, status } = await ask(createTestBed(), { scopes })
  await expect.poll(status).toBe('missing_scopes')
  expect(connection().missingScopes).toEqual(['https://www.googleapis.com/auth/drive'])
})

test('without an account it is not_connected, and every scope is missing', async () => {
  await seed(1, 'github')
  const { ask: connection, status } = await ask(createTestBed(), { scopes: ['openid'] })
  await expect.poll(status).toBe('not_connected')
  expect(connection()).toMatchObject({ account: undefined, missingScopes: ['openid'] })
})

test('a connection as defineConnections has it brings its scopes', async () => {
  await seed(1)
  const bed = createTestBed()
  const { calendar } = defineConnections({
    calendar: { connection: 'google-oauth2', scopes: ['calendar.write'] },
  })
  const { result } = await renderHook(() => useConnection(calendar), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('missing_scopes')
  expect(result.current.missingScopes).toEqual(['calendar.write'])
})

test('a connection that the tenant does not offer is unavailable', async () => {
  const { status } = await ask(createTestBed(), {}, 'nowhere')
  await expect.poll(status).toBe('unavailable')
})

test('without accountId one account with all scopes is enough; with it that one counts', async () => {
  const accounts = await seed(2)
  const bed = createTestBed()
  const { send } = bed
  bed.send = async (request) => {
    const response = await send(request)
    const { accounts: listed } = await response.clone().json()
    if (!listed) return response
    listed[1].scopes = ['more', ...listed[1].scopes]
    return Response.json({ accounts: listed })
  }
  const any = await ask(bed, { scopes: ['more'] })
  await expect.poll(any.status).toBe('connected')
  expect(any.ask().account?.id).toBe(accounts[1]?.id)
  const first = await ask(bed, { scopes: ['more'], accountId: String(accounts[0]?.id) })
  await expect.poll(first.status).toBe('missing_scopes')
  const gone = await ask(bed, { scopes: ['more'], accountId: 'cac_gone' })
  await expect.poll(gone.status).toBe('not_connected')
})

test.for([
  [3_600_000, undefined, 'expiring'],
  [90_000_000, undefined, 'connected'],
  [90_000_000, 100_000_000, 'expiring'],
  [-1000, undefined, 'expired'],
] as const)(
  'an account that ends in %i ms, with expiringMs %s, is %s',
  async ([ms, expiringMs, status]) => {
    await seed(1)
    const bed = createTestBed()
    expireIn(bed, ms)
    const connection = await ask(bed, { expiringMs })
    await expect.poll(connection.status).toBe(status)
  },
)

test('a status changes when its time has come, without being asked', async () => {
  await seed(1)
  const bed = createTestBed()
  expireIn(bed, 1500)
  const { status } = await ask(bed, { expiringMs: 700 })
  await expect.poll(status).toBe('connected')
  await expect.poll(status).toBe('expiring')
  await expect.poll(status).toBe('expired')
})

test('a list that cannot be had is an error, of the accounts as of the connections', async () => {
  const bed = createTestBed()
  await failNext('getConnectedAccountsConnections', 403)
  const { ask: connection, status } = await ask(bed)
  await expect.poll(status).toBe('error')
  expect(connection().error).toMatchObject({ code: 'insufficient_scope' })
})

test('reportGrantError() of connection_not_connected has every component say expired, until the accounts change', async () => {
  await seed(1)
  const bed = createTestBed()
  const one = await ask(bed)
  const other = await ask(bed)
  await expect.poll(one.status).toBe('connected')
  expect(one.ask().reportGrantError(notConnected)).toBe(true)
  await expect.poll(one.status).toBe('expired')
  await expect.poll(other.status).toBe('expired')
  await bed.queryClient.refetchQueries()
  expect(one.status()).toBe('expired')
  await seed(1)
  await bed.queryClient.refetchQueries()
  await expect.poll(other.status).toBe('connected')
})

test("report() of an API's insufficient_scope names the scopes, granted or not by what the list says", async () => {
  const [account] = await seed(1)
  const granted = String(account?.scopes[0])
  const bed = createTestBed()
  const { ask: connection, status } = await ask(bed, { scopes: [granted] })
  await expect.poll(status).toBe('connected')
  connection().reportGrantError({ error: 'insufficient_scope', scope: `${granted} calendar.write` })
  await expect.poll(status).toBe('missing_scopes')
  expect(connection().missingScopes).toEqual(['calendar.write'])
  connection().reportGrantError({ code: 'insufficient_scope' })
  await expect.poll(() => connection().missingScopes).toEqual([granted])
})

test('report() with an accountId is about that account alone', async () => {
  const [first, second] = await seed(2)
  const bed = createTestBed()
  const one = await ask(bed, { accountId: String(first?.id) })
  const other = await ask(bed, { accountId: String(second?.id) })
  await expect.poll(other.status).toBe('connected')
  one.ask().reportGrantError(notConnected)
  await expect.poll(one.status).toBe('expired')
  expect(other.status()).toBe('connected')
})

test('report() answers false to errors about something else, and the status stays', async () => {
  await seed(1)
  const bed = createTestBed()
  const { ask: connection, status } = await ask(bed)
  await expect.poll(status).toBe('connected')
  await failNext('deleteConnectedAccount', 403)
  const own = await deleteConnectedAccount(bed.client, 'cac_1').catch((error) => error)
  expect(own).toMatchObject({ code: 'insufficient_scope' })
  for (const error of [own, new TypeError('offline'), { status: 500 }, null, undefined, 'text']) {
    expect(connection().reportGrantError(error)).toBe(false)
  }
  expect(status()).toBe('connected')
})
