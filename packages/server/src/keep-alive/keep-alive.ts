import type { ConnectionDefinition } from '@connected-accounts/client'
import { type Abortable, checkFunction, connectionName } from '@connected-accounts/client/internal'
import { createEntries, entryKey, type SharedStore } from '../store/shared-store.js'
import type { UserTokenSources, VaultUser } from '../tokens/connection-token-source.js'
import { forEach } from './for-each.js'
import { keepUser } from './keep-user.js'
import { createLedger } from './ledger.js'
import { createReport, type KeepAliveOutcome, type KeepAliveReport } from './outcome.js'
import { createPace } from './pace.js'
import { takeLease } from './run-lease.js'

/** A store with compare-and-set, like `redisStore(redis)` or `postgresStore(pool)`. */
export type KeepAliveCheckpoint = Required<SharedStore>

/** Options of {@link keepAlive}. */
export interface KeepAliveOptions extends Abortable {
  /** Whose name the exchanges are made in: `privilegedWorker(…)`, or `fromSharedSessions(server)`. */
  exchange: UserTokenSources
  /**
   * The users whose grants are kept. It is your choice: a grant is not kept by itself, so leave out who has left, and who has
   * not used your application for as long as you promise to forget them.
   */
  users: AsyncIterable<VaultUser>
  /** The connections, by name or by their definition. Several definitions of one connection count once. */
  connections: readonly (string | ConnectionDefinition)[]
  /** Remembers when each grant was exchanged, so that each run continues the last one, and only one runs at a time. */
  checkpoint: KeepAliveCheckpoint
  /**
   * Names the job in the checkpoint. Jobs for several tenants need a name each, because they may have users with the same id.
   * Default: `keep-alive`.
   */
  name?: string | undefined
  /**
   * How long after an exchange the next one is due, in milliseconds. Default: 2592000000, which is 30 days. Auth0 drops a grant that was not
   * exchanged for a year; many providers end one after 90 days without use.
   */
  every?: number | undefined
  /**
   * How many exchanges are sent in a second at most. Default: 5. Auth0 allows 10 to 700, depending on your plan, and your
   * application's own exchanges count, too.
   */
  perSecond?: number | undefined
  /** Called with what came of each grant. If it throws, the run ends, and the grant is told again in the next one. */
  onOutcome?: ((outcome: KeepAliveOutcome) => void | Promise<void>) | undefined
}

/** How many users are worked on at once. */
const CONCURRENCY = 8
/** How long one operation of the checkpoint is tried, in milliseconds. */
const STORE_TIMEOUT = 5000
const EVERY = 30 * 86_400_000
const MAX_EVERY = 365 * 86_400_000
const MAX_PER_SECOND = 700

/**
 * Exchanges grants in Token Vault that nobody has used for a while, so that neither Auth0 nor the provider drops them. A job for a
 * scheduler: each run exchanges what is due. If a run was aborted, failed or died, the next one continues it, and repeats
 * at most the exchanges that were under way. While a run is under way, a second one ends at once.
 *
 * Retries as {@link retryDelay} advises. If the tenant asks to wait, it waits. It ends if ten exchanges in a row stay without a response.
 *
 * @returns What it has done.
 * @throws {TypeError} if an option is wrong, or `users` yields something else; the message names it.
 * @throws {TokenError} unauthorized_client, invalid_client, invalid_request or unexpected_response, if the tenant does not take the client or the connection.
 * @throws {TokenError} too_many_requests, if the tenant still refuses after the retries.
 * @throws {SessionError} store_unavailable, if the checkpoint fails.
 * @see https://auth0.com/docs/secure/tokens/token-vault
 * @example
 * ```ts
 * const report = await keepAlive({
 *   exchange: privilegedWorker({ domain, clientId, privateKey, auditContext: 'keep alive' }),
 *   users: database.activeUsers(), // yields { userId: 'auth0|1' }
 *   connections: ['google-oauth2'],
 *   checkpoint: redisStore(redis),
 *   onOutcome: ({ outcome, userId }) => (outcome === 'dead' ? askToReconnect(userId) : undefined),
 *   signal: AbortSignal.timeout(600_000),
 * })
 * console.log(report.exchanged, report.dead, report.skipped)
 * ```
 */
export async function keepAlive(options: KeepAliveOptions): Promise<KeepAliveReport> {
  const { connections, every, perSecond, name } = checkOptions(options)
  const { exchange, users, checkpoint, onOutcome, signal: given } = options
  given?.throwIfAborted()
  const entries = createEntries(checkpoint, STORE_TIMEOUT)
  const report = createReport()
  const lease = await takeLease(entries, await entryKey('keep-alive run', name))
  if (!lease) return report
  const controller = new AbortController()
  const signal = given ? AbortSignal.any([given, controller.signal]) : controller.signal
  const run = {
    ...{ exchange, connections, every, signal, report, onOutcome, failuresInARow: 0 },
    ledger: createLedger(entries, name),
    pace: createPace(perSecond, signal),
    async checkLease() {
      if (!(await lease.isHeld())) throw LEASE_LOST
    },
  }
  try {
    await forEach(users, { limit: CONCURRENCY, signal }, (user) =>
      keepUser(run, user).catch((error: unknown) => controller.abort(error)),
    )
    report.isComplete = true
  } catch (error) {
    if (error !== LEASE_LOST) throw error
  } finally {
    await lease.release()
  }
  return report
}

const LEASE_LOST = new Error('Another run has the checkpoint.')

function checkOptions(options: KeepAliveOptions) {
  const { exchange, users, connections, checkpoint, onOutcome } = options
  const { every = EVERY, perSecond = 5, name = 'keep-alive' } = options
  checkFunction(onOutcome, 'onOutcome')
  if (typeof exchange !== 'function') {
    throw new TypeError('exchange must be privilegedWorker(…) or fromSharedSessions(server).')
  }
  if (typeof Object(users)[Symbol.asyncIterator] !== 'function') {
    throw new TypeError("users must be an AsyncIterable of objects like { userId: 'auth0|1' }.")
  }
  const names = Array.isArray(connections) ? connections.map(connectionName) : []
  if (names.length === 0 || names.some((one) => typeof one !== 'string' || !one)) {
    throw new TypeError(
      'connections must be a list of the names of connections, or of definitions.',
    )
  }
  const { get, set, delete: remove, replace }: Partial<SharedStore> = Object(checkpoint)
  if ([get, set, remove, replace].some((method) => typeof method !== 'function')) {
    throw new TypeError(
      'checkpoint must have get, set, delete and replace, such as redisStore(redis) or postgresStore(pool). A Keyv has no replace.',
    )
  }
  checkNumber('every', every, MAX_EVERY)
  checkNumber('perSecond', perSecond, MAX_PER_SECOND)
  if (typeof name !== 'string' || !name) throw new TypeError('name must be a text.')
  return { connections: [...new Set(names)], every, perSecond, name }
}

function checkNumber(name: string, value: number, most: number): void {
  if (typeof value === 'number' && value > 0 && value <= most) return
  throw new TypeError(`${name} must be a number above 0, and at most ${most}.`)
}
