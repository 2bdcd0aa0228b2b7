import { TokenError } from '../errors/token-error.js'
import { createMutex, runAlone } from '../mutex.js'
import type { WithDeadline } from './refresh-grant.js'

/** How an application stores the refresh token of a session. */
export interface RefreshTokenOptions {
  /**
   * Returns the refresh token that the application has now. It is called twice for each refresh: before the source waits for other
   * tabs that use this token, and after that. It must not ask the source for an access token, because that would wait for this very call.
   */
  refreshToken: () => RefreshToken | Promise<RefreshToken>
  /**
   * Stores the refresh token that replaces the last one, if they rotate. The source waits for it before it returns the new
   * access token. If it throws or takes too long, the caller gets that error, and the next call stores the same token again.
   * It must not ask the source for an access token either.
   */
  onRefreshToken?: ((refreshToken: string) => void | Promise<void>) | undefined
}

type RefreshToken = string | null | undefined

/** The refresh token of one session, through all its rotations. Use it for one refresh at a time. */
export interface RefreshTokenRotation {
  /**
   * Returns the refresh token to send.
   *
   * @param onNewLogin - Called if the application has a refresh token that did not come from here: another login's, or one
   *   from the refresh of another tab.
   * @throws {TokenError} `missing_refresh_token`, if the application has none.
   */
  current(onNewLogin: () => void): Promise<string>
  /**
   * Stores the refresh token of an answer, if it is a new one.
   *
   * @param whenStored - Called once it is stored, which may be during a later call.
   */
  replace(successor: string | undefined, whenStored: () => void): Promise<void>
}

/**
 * Follows the refresh token of one session through its rotations.
 *
 * @param withDeadline - Bounds every call of the application's functions.
 */
export function followRefreshToken(
  { refreshToken, onRefreshToken }: RefreshTokenOptions,
  withDeadline: WithDeadline,
): RefreshTokenRotation {
  let lastRead: RefreshToken
  let newest: RefreshToken
  let storeNewest: (() => Promise<void>) | undefined

  return {
    async current(onNewLogin) {
      const token = await withDeadline(refreshToken)
      if (token !== lastRead && token !== newest) {
        newest = token
        storeNewest = undefined
        onNewLogin()
      }
      lastRead = token
      if (!newest) throw missingRefreshToken()
      await storeNewest?.()
      return newest
    },
    async replace(successor, whenStored) {
      if (successor === undefined || successor === newest) return whenStored()
      newest = successor
      storeNewest = async () => {
        await withDeadline(() => onRefreshToken?.(successor))
        storeNewest = undefined
        whenStored()
      }
      await storeNewest()
    },
  }
}

/**
 * Creates a function that runs work with the refresh token of one session, while neither this source nor another tab uses the
 * same one. Other sessions do not wait.
 *
 * @param current - Returns the refresh token to send.
 */
export function createTurns(
  current: () => Promise<string>,
): <T>(work: (refreshToken: string) => Promise<T>) => Promise<T> {
  const takeTurn = createMutex()
  return (work) =>
    takeTurn('', async () => {
      for (let expected = await current(); ; ) {
        const done = await runAlone(lockOf(expected), async () => {
          const refreshToken = await current()
          if (refreshToken === expected) return { result: await work(refreshToken) }
          expected = refreshToken // another tab has refreshed meanwhile
          return undefined
        })
        if (done) return done.result
      }
    })
}

/** Names the lock of a refresh token by 32 bits, from which nobody learns the token. If two have one name, they take turns. */
function lockOf(refreshToken: string): string {
  let hash = 0
  for (const character of refreshToken) {
    hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  }
  return `connected-accounts.refresh ${hash}`
}

function missingRefreshToken(): TokenError {
  return new TokenError('missing_refresh_token', {
    message:
      '`refreshToken` returned no refresh token. Log in with `offline_access` among the scopes, and return the token of ' +
      'that login.',
  })
}
