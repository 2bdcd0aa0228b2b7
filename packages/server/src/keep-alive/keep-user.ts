import { unlessAborted } from '@connected-accounts/client/internal'
import type { UserTokenSources, VaultUser } from '../tokens/connection-token-source.js'
import type { KeptGrant, Ledger } from './ledger.js'
import { count, type KeepAliveOutcome, type KeepAliveReport } from './outcome.js'
import type { Pace } from './pace.js'
import { type Exchange, tryExchange } from './try-exchange.js'

/** A run of the job. */
export interface Run {
  exchange: UserTokenSources
  connections: readonly string[]
  /** In milliseconds. */
  every: number
  ledger: Ledger
  pace: Pace
  signal: AbortSignal
  report: KeepAliveReport
  onOutcome: ((outcome: KeepAliveOutcome) => unknown) | undefined
  /** Throws if another run may have begun. */
  checkLease(): Promise<void>
  /** How many exchanges in a row have failed because something is unavailable. */
  failuresInARow: number
}

/** How many exchanges in a row may stay without a response. */
const MAX_FAILURES = 10

type Told = Pick<KeepAliveOutcome, 'outcome' | 'reason' | 'error'>

/** Exchanges the grants of a user that are due, and remembers each result after it was told. */
export async function keepUser(run: Run, user: VaultUser): Promise<void> {
  const { userId, orgId } = checkUser(user)
  const known = await run.ledger.read(user)
  for (const connection of run.connections) {
    const before = known.get(connection)
    const isDue = !before || !isRecent(before, run.every)
    const { state, ...told } = isDue
      ? await exchangeGrant(run, { user, connection, before })
      : { outcome: 'skipped' as const, reason: SKIPPED[before.state] } // a literal type
    const outcome = { userId, ...(orgId !== undefined && { orgId }), connection, ...told }
    await unlessAborted(Promise.resolve(run.onOutcome?.(outcome)), run.signal)
    count(run.report, outcome)
    if (state) await run.ledger.write(user, known.set(connection, { at: Date.now(), state }))
  }
}

const SKIPPED = {
  exchanged: 'recent',
  dead: 'still_dead',
  not_connected: 'not_connected',
} as const // literal types

/** A time in the future is that of a clock that was wrong. */
function isRecent({ at }: KeptGrant, every: number): boolean {
  const age = Date.now() - at
  return age >= 0 && age < every
}

interface Grant {
  user: VaultUser
  connection: string
  before: KeptGrant | undefined
}

/** Returns what is told of a grant, and what is remembered. */
async function exchangeGrant(
  run: Run,
  { user, connection, before }: Grant,
): Promise<Told & { state?: KeptGrant['state'] }> {
  await run.checkLease()
  const { obstacle, error } = await tryExchange(run.exchange(user), connection, run)
  notice(run, { obstacle, error })
  if (!obstacle) return { outcome: 'exchanged', state: 'exchanged' }
  if (obstacle !== 'not_connected') return { outcome: 'skipped', reason: obstacle, error }
  if (before?.state === 'exchanged') return { outcome: 'dead', state: 'dead', error }
  const state = before?.state ?? 'not_connected'
  return { outcome: 'skipped', reason: SKIPPED[state], state, error }
}

/** Ends the run if the tenant does not respond any more, so that it sends no more requests. */
function notice(run: Run, { obstacle, error }: Exchange): void {
  run.failuresInARow = obstacle === 'unavailable' ? run.failuresInARow + 1 : 0
  if (run.failuresInARow >= MAX_FAILURES) throw error
}

function checkUser(user: VaultUser): VaultUser {
  const { userId }: Partial<VaultUser> = Object(user)
  if (typeof userId === 'string' && userId) return user
  throw new TypeError("users must yield objects like { userId: 'auth0|1' }.")
}
