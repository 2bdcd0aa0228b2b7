import { TokenError } from '../errors/token-error.js'
import type { WithDeadline } from './refresh-grant.js'

/** How an application stores the refresh token of a session. */
export interface RefreshTokenOptions {
  /**
   * Returns the refresh token that the application has now. It is called before each refresh, while no other tab
   * refreshes. It must not ask the source for an access token, because that would wait for this very call.
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

function missingRefreshToken(): TokenError {
  return new TokenError('missing_refresh_token', {
    message:
      '`refreshToken` returned no refresh token. Log in with `offline_access` among the scopes, and return the token of ' +
      'that login.',
  })
}
