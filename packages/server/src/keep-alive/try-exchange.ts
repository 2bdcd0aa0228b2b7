import { retryDelay } from '@connected-accounts/client'
import { unlessAborted, wait } from '@connected-accounts/client/internal'
import type { ConnectionTokenSource } from '../tokens/connection-token-source.js'
import type { Pace } from './pace.js'

/** Why a grant was not exchanged. */
export type Obstacle = 'not_connected' | 'not_logged_in' | 'refused' | 'unavailable'

/** What an exchange came to. */
export interface Exchange {
  obstacle?: Obstacle | undefined
  error?: unknown
}

/** What the errors say about one user. Others are about the job. */
const OBSTACLES = new Map<unknown, Obstacle>([
  ['connection_not_connected', 'not_connected'],
  ['missing_session', 'not_logged_in'],
  ['missing_refresh_token', 'not_logged_in'],
  ['invalid_grant', 'refused'],
  ['invalid_scope', 'refused'],
  ['access_denied', 'refused'],
  ['mfa_required', 'refused'],
  ['unmet_authentication_requirements', 'refused'],
  ['refresh_busy', 'unavailable'],
  ['store_unavailable', 'unavailable'],
])

/**
 * Exchanges one grant, and tries again as {@link retryDelay} advises. If the tenant asks to wait, all exchanges of the pace wait.
 *
 * @throws whatever is not about this user alone, such as a wrong option, a client that is not allowed, or a tenant that wants no
 *   requests for minutes.
 */
export async function tryExchange(
  source: ConnectionTokenSource,
  connection: string,
  { pace, signal }: { pace: Pace; signal: AbortSignal },
): Promise<Exchange> {
  for (let failures = 0; ; failures += 1) {
    await pace.turn()
    try {
      await unlessAborted(source.getToken({ connection }), signal)
      return {}
    } catch (error) {
      signal.throwIfAborted()
      const { status, code, name }: Record<string, unknown> = named(error)
      const delay = retryDelay(failures, error as Error) // it reads only the fields that are there
      const isLimit = status === 429
      if (!Number.isFinite(delay)) {
        const isTransient =
          name === 'TimeoutError' || Number.isFinite(retryDelay(0, error as Error)) // likewise
        const obstacle = OBSTACLES.get(code) ?? (isTransient ? 'unavailable' : undefined)
        if (isLimit || !obstacle) throw error
        return { obstacle, error }
      }
      if (isLimit) pace.pause(delay)
      else await wait(delay, signal)
    }
  }
}

function named(error: unknown): { status?: unknown; code?: unknown; name?: unknown } {
  return Object(error)
}
