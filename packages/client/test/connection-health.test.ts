import { expect, test } from 'vitest'
import { type ConnectionHealthOptions, connectionHealth } from '../src/index.js'

const HOUR = 3_600_000
const now = Date.now()
const inTime = (ms: number) => new Date(now + ms).toISOString()

function account(id: string, scopes: string[], expires_at?: string, connection = 'github') {
  const created_at = '2026-11-02T09:30:00.000Z'
  const access_type = 'offline' as const // a literal type
  return { id, connection, access_type, scopes, created_at, ...(expires_at && { expires_at }) }
}

const both = account('cac_1', ['repo', 'gist'])

/** The health of GitHub for the scope `repo`, of an account that has it and more, with these changes. */
function health(options: Partial<ConnectionHealthOptions> = {}) {
  return connectionHealth('github', { accounts: [both], scopes: ['repo'], ...options })
}

test('an account with all scopes is connected, and stays so', () => {
  expect(health()).toEqual({
    status: 'connected',
    isUsable: true,
    account: both,
    missingScopes: [],
    repairScopes: ['repo', 'gist'],
    changesAt: Number.POSITIVE_INFINITY,
  })
})

test('a scope that is not granted is missing, and a repair asks for it beside those that are', () => {
  const { status, isUsable, missingScopes, repairScopes } = health({ scopes: ['repo', 'user'] })
  expect({ status, isUsable }).toEqual({ status: 'missing_scopes', isUsable: false })
  expect(missingScopes).toEqual(['user'])
  expect(repairScopes).toEqual(['repo', 'gist', 'user'])
})

test('an account is expiring a day before its end, or as long before as is asked', () => {
  const accounts = [account('cac_1', ['repo'], inTime(23 * HOUR))]
  expect(health({ accounts })).toMatchObject({ status: 'expiring', isUsable: true })
  expect(health({ accounts, expiringMs: 22 * HOUR }).status).toBe('connected')
})

test('an account is expired at its end', () => {
  const accounts = [account('cac_1', ['repo'], inTime(-1))]
  expect(health({ accounts })).toMatchObject({ status: 'expired', isUsable: false })
})

test('it returns when the status will change because time passes', () => {
  const accounts = [account('cac_1', ['repo'], inTime(30 * HOUR))]
  expect(health({ accounts }).changesAt).toBe(now + 6 * HOUR)
  expect(health({ accounts, expiringMs: 31 * HOUR }).changesAt).toBe(now + 30 * HOUR)
})

test('the best account counts: connected before expiring, and that before one that lacks scopes', () => {
  const worst = account('cac_1', [])
  const lacking = account('cac_2', ['repo'])
  const expiring = account('cac_3', ['repo', 'gist'], inTime(HOUR))
  const scopes = ['repo', 'gist']
  expect(health({ accounts: [worst, lacking], scopes }).account).toBe(lacking)
  expect(health({ accounts: [worst, lacking, expiring], scopes }).account).toBe(expiring)
  expect(health({ accounts: [worst, lacking, expiring, both], scopes }).account).toBe(both)
})

test('of two accounts with the same status the one that lacks fewer scopes counts', () => {
  const manyScopes = Array.from({ length: 150 }, (_, index) => `scope:${index}`)
  const lacksAll = account('cac_1', [])
  const lacksOne = account('cac_2', manyScopes.slice(1))
  const expired = account('cac_3', manyScopes, inTime(-1))
  const accounts = [expired, lacksAll, lacksOne]
  expect(health({ accounts, scopes: manyScopes }).account).toBe(lacksOne)
  expect(health({ accounts: [expired, lacksAll], scopes: manyScopes }).account).toBe(lacksAll)
})

test('only the account that is asked for counts', () => {
  const accounts = [both, account('cac_2', [])]
  expect(health({ accounts, accountId: 'cac_2' }).status).toBe('missing_scopes')
  expect(health({ accounts, accountId: 'cac_3' }).status).toBe('not_connected')
})

test('accounts of other connections do not count', () => {
  const accounts = [account('cac_1', ['repo'], undefined, 'gitlab')]
  expect(health({ accounts })).toMatchObject({
    status: 'not_connected',
    account: undefined,
    missingScopes: ['repo'],
    repairScopes: ['repo'],
  })
})

test('a connection that cannot be used and is not offered is unavailable', () => {
  const connections = [{ name: 'gitlab', strategy: 'gitlab' }]
  expect(health({ accounts: [], connections }).status).toBe('unavailable')
  expect(health({ connections }).status).toBe('connected')
  connections.push({ name: 'github', strategy: 'github' })
  expect(health({ accounts: [], connections }).status).toBe('not_connected')
})

test('a call that found no grant says more than the list', () => {
  const grantError = { code: 'connection_not_connected' } as const // a literal type
  expect(health({ grantError })).toMatchObject({ status: 'expired', missingScopes: [] })
})

test('a call that lacked scopes says more than the list, also about those that the list has', () => {
  const code = 'insufficient_scope' as const // a literal type
  expect(health({ grantError: { code, scopes: ['user'] } }).missingScopes).toEqual(['user'])
  expect(health({ grantError: { code, scopes: ['gist'] } }).missingScopes).toEqual(['gist'])
  expect(health({ grantError: { code } })).toMatchObject({
    status: 'missing_scopes',
    missingScopes: ['repo'],
  })
})

test('name and scopes come from a definition, and a repair names no scopes if none are known', () => {
  const definition = { connection: 'github', scopes: ['user'] }
  expect(connectionHealth(definition, { accounts: [both] }).missingScopes).toEqual(['user'])
  expect(connectionHealth('github', { accounts: [] }).repairScopes).toBeUndefined()
})

test('a repair asks for the given scopes and those of the definition, so that no other component lacks one next', () => {
  const definition = { connection: 'github', scopes: ['repo', 'user'] }
  const given = { accounts: [], scopes: ['gist'] }
  expect(connectionHealth(definition, given)).toMatchObject({
    status: 'not_connected',
    missingScopes: ['gist'],
    repairScopes: ['gist', 'repo', 'user'],
  })
  const lacking = { ...given, accounts: [account('cac_1', ['email'])] }
  expect(connectionHealth(definition, lacking).repairScopes).toEqual([
    'email',
    'gist',
    'repo',
    'user',
  ])
})

test('for a name a repair asks for the scopes of all its definitions; for a definition only for its own', () => {
  const definitions = {
    code: { connection: 'github', scopes: ['repo'] },
    profile: { connection: 'github', scopes: ['user'] },
    nothing: { connection: 'github' },
    other: { connection: 'gitlab', scopes: ['api'] },
  }
  const given = { accounts: [], scopes: ['gist'], definitions }
  expect(connectionHealth('github', given).repairScopes).toEqual(['gist', 'repo', 'user'])
  expect(connectionHealth('github', given).missingScopes).toEqual(['gist'])
  expect(connectionHealth(definitions.code, given).repairScopes).toEqual(['gist', 'repo'])
  expect(
    connectionHealth('google-oauth2', { accounts: [], definitions }).repairScopes,
  ).toBeUndefined()
})
