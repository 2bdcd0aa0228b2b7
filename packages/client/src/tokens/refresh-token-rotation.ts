import { TokenError } from '../errors/token-error.js'

/** How an application keeps the refresh token of a session. */
export interface RefreshTokenOptions {
  /** The refresh token that the application has now. Asked before each refresh, while no other tab refreshes. */
  refreshToken: () => RefreshToken | Promise<RefreshToken>
  /**
   * Keeps the refresh token that replaces the one before, where they rotate. Waited for before the new access token is
   * used. What it throws reaches the caller, and nothing is lost: the next caller has the same token handed out again.
   * Neither function may ask the source for a token: it would wait for itself.
   */
  onRefreshToken?: ((refreshToken: string) => void | Promise<void>) | undefined
}

type RefreshToken = string | null | undefined

/** Follows the refresh token of a session through its rotations. One call at a time. */
export function followRefreshToken({ refreshToken, onRefreshToken }: RefreshTokenOptions) {
  let given: RefreshToken
  let newest: RefreshToken
  let unkept: (() => Promise<void>) | undefined

  return {
    /**
     * The refresh token to send. Calls `onOther` where the application has one that is neither the last used nor handed
     * out: that of another login, or of another tab's refresh. Throws `TokenError` `missing_refresh_token`.
     */
    async current(onOther: () => void): Promise<string> {
      const token = await refreshToken()
      if (token !== given && token !== newest) {
        newest = token
        unkept = undefined
        onOther()
      }
      given = token
      if (!newest) throw missingRefreshToken()
      await unkept?.()
      return newest
    },
    /** Hands out the refresh token of an answer where it is another one, and then does what had to wait for that. */
    async replace(successor: string | undefined, whenKept: () => void): Promise<void> {
      if (successor === undefined || successor === newest) return whenKept()
      newest = successor
      unkept = async () => {
        await onRefreshToken?.(successor)
        unkept = undefined
        whenKept()
      }
      await unkept()
    },
  }
}

function missingRefreshToken(): TokenError {
  return new TokenError('missing_refresh_token', {
    message: '`refreshToken` gave none: log in, with `offline_access` among the scopes.',
  })
}
