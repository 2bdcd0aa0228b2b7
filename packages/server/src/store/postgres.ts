import { createLeasedLock } from './leased-lock.js'
import type { RefreshLock } from './refresh-lock.js'
import type { SharedStore } from './shared-store.js'

/** A `Pool` of the package `pg`, or another client whose `query` sends one statement to the primary server. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}

/** Options of {@link postgresLock}. */
export interface PostgresLockOptions {
  /** After how many milliseconds the lock of a dead process is free again. A living one renews it. Default: 10,000. */
  ttl?: number | undefined
}

// The server's clock decides what has expired, because those of two machines may differ.
const UNTIL = (parameter: string) => `now() + ${parameter}::float8 * interval '1 millisecond'`

const GET = 'SELECT value FROM connected_accounts WHERE key = $1 AND expires_at > now()'
const DELETE = 'DELETE FROM connected_accounts WHERE key = $1'
/** Each write also removes a few rows that have expired, so nobody has to clean up. */
const SET = `
  WITH expired AS (
    DELETE FROM connected_accounts WHERE key IN (
      SELECT key FROM connected_accounts WHERE expires_at <= now() AND key <> $1
      LIMIT 10 FOR UPDATE SKIP LOCKED
    )
  )
  INSERT INTO connected_accounts (key, value, expires_at) VALUES ($1, $2, ${UNTIL('$3')})
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`
const REPLACE = `
  UPDATE connected_accounts SET value = $3, expires_at = ${UNTIL('$4')}
  WHERE key = $1 AND value = $2 AND expires_at > now() RETURNING key`

/** Inserts a row if there is none. Only reads if somebody has the lock, because every write, and be it a lock on a row, waits for the disk. */
const TAKE = `
  INSERT INTO connected_accounts AS held (key, value, expires_at)
  SELECT $1, $2, ${UNTIL('$3')}
  WHERE NOT EXISTS (SELECT FROM connected_accounts WHERE key = $1 AND expires_at > now())
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
  WHERE held.expires_at <= now() RETURNING key`
const RENEW = `
  UPDATE connected_accounts SET expires_at = ${UNTIL('$3')}
  WHERE key = $1 AND value = $2 AND expires_at > now() RETURNING key`
const RELEASE = 'DELETE FROM connected_accounts WHERE key = $1 AND value = $2'

/**
 * Creates a lock in Postgres: a row with an owner and a time. Only its owner can release it. It needs no connection of its
 * own while it is held, unlike an advisory lock, so it also works behind a pooler. The table is that of {@link postgresStore}.
 *
 * @throws {TypeError} if `postgres` is not a client, or `ttl` is not a time.
 * @example
 * const sessions = sharedSessions(postgresStore(pool), { lock: postgresLock(pool) })
 */
export function postgresLock(
  postgres: PostgresClient,
  { ttl = 10_000 }: PostgresLockOptions = {},
): RefreshLock {
  checkClient(postgres)
  return createLeasedLock(ttl, (key, owner) => {
    const values = [`lock:${key}`, owner]
    const isDone = async (text: string, ...more: unknown[]) =>
      (await postgres.query(text, [...values, ...more])).rows.length > 0
    return {
      take: () => isDone(TAKE, ttl),
      renew: () => isDone(RENEW, ttl),
      release: () => postgres.query(RELEASE, values),
    }
  })
}

/**
 * Creates a store in Postgres. It has compare-and-set, so a machine that was paused cannot overwrite a newer session. Create
 * its table first:
 *
 * ```sql
 * CREATE TABLE connected_accounts (key text PRIMARY KEY, value text NOT NULL, expires_at timestamptz NOT NULL);
 * CREATE INDEX ON connected_accounts (expires_at);
 * ```
 *
 * @throws {TypeError} if `postgres` is not a client.
 * @example
 * ```ts
 * const pool = new Pool({ connectionString: 'postgresql://localhost:5432/app' })
 * pool.on('error', console.error) // without a listener, a restart of Postgres ends the process
 * const sessions = sharedSessions(postgresStore(pool), { lock: postgresLock(pool) })
 * ```
 */
export function postgresStore(postgres: PostgresClient): Required<SharedStore> {
  checkClient(postgres)
  return {
    async get(key) {
      const { rows } = await postgres.query(GET, [key])
      return (rows as { value: string }[])[0]?.value // the one column that GET selects
    },
    set: (key, value, ttl) => postgres.query(SET, [key, value, ttl]),
    delete: (key) => postgres.query(DELETE, [key]),
    async replace(key, expected, value, ttl) {
      const { rows } =
        expected === undefined
          ? await postgres.query(TAKE, [key, value, ttl])
          : await postgres.query(REPLACE, [key, expected, value, ttl])
      return rows.length > 0
    },
  }
}

function checkClient(postgres: PostgresClient): void {
  if (typeof postgres?.query === 'function') return
  throw new TypeError('postgres must be a Pool of the package pg, not its URL.')
}
