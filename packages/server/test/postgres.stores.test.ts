import pg from 'pg'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { postgresLock, postgresStore } from '../src/store/postgres.js'
import { startPostgres } from './postgres-server.js'
import { rotatingEmulator } from './shared.js'
import {
  type StoreUnderTest,
  testCompareAndSet,
  testLock,
  testRestart,
  testSessions,
} from './store-suite.js'
import { rejection } from './visitor.js'

const server = await startPostgres()
const emulator = await rotatingEmulator()
const pool = new pg.Pool({ connectionString: server.url }).on('error', () => {}) // the tests stop it
beforeEach(async () => void (await pool.query('TRUNCATE connected_accounts')))
afterAll(async () => {
  await pool.end()
  await Promise.all([emulator.close(), server.close()])
})

const NAME = 'lock:key'
const store = postgresStore(pool)
const under: StoreUnderTest = {
  emulator,
  store,
  createLock: (options) => postgresLock(pool, options),
  async entries() {
    const life = 'extract(epoch from expires_at - now())::float8 * 1000 AS life'
    return (await pool.query(`SELECT key, value, ${life} FROM connected_accounts`)).rows
  },
  async giveLock(owner, life) {
    await pool.query(
      `INSERT INTO connected_accounts VALUES ($1, $2, now() + $3::float8 * interval '1 ms')
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
      [NAME, owner, life],
    )
  },
  removeLock: () => pool.query('DELETE FROM connected_accounts WHERE key = $1', [NAME]),
}

testSessions('Postgres', under)
testCompareAndSet('Postgres', under)
testLock('Postgres', under)
testRestart('Postgres', under, server)

test('an entry that has expired is not read, not replaced, and removed by a later write', async () => {
  await store.set('old', 'value', 1)
  await expect.poll(() => store.get('old')).toBeUndefined()
  expect(await store.replace?.('old', 'value', 'another', 60_000)).toBe(false)
  expect(await under.entries()).toHaveLength(1)
  await store.set('new', 'value', 60_000)
  expect(await under.entries()).toMatchObject([{ key: 'new', value: 'value' }])
  await store.set('old', 'value', 60_000)
  expect(await store.get('old')).toBe('value')
})

test('one who waits for the lock writes nothing', async () => {
  const transactions = async () => {
    const { rows } = await pool.query(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
    )
    return Number(rows[0].next)
  }
  await under.giveLock('another', 60_000)
  const before = await transactions()
  const signal = AbortSignal.timeout(1000) // enough for twenty tries
  await rejection(under.createLock().acquire('key', { signal }))
  expect((await transactions()) - before).toBeLessThan(5) // Postgres itself writes now and then
})

test('without its table the error says what is missing', async () => {
  await pool.query('ALTER TABLE connected_accounts RENAME TO elsewhere')
  await expect(store.get('key')).rejects.toThrow('relation "connected_accounts" does not exist')
  await pool.query('ALTER TABLE elsewhere RENAME TO connected_accounts')
})
