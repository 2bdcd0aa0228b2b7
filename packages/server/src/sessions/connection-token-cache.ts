import { usableUntil } from '@connected-accounts/client/internal'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { LRUCache } from 'lru-cache'

/** A cache of third parties' access tokens, by session. They are never put into cookies. */
export interface ConnectionTokens {
  /** Returns the session's token of this key, or the result of `exchange`. Concurrent calls share one exchange. */
  get(
    session: TokenOwner,
    wanted: WantedToken,
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken>
  /**
   * Removes the tokens of a session's user, in all of their sessions and at all domains of the tenant. Does not cache the token
   * of an exchange that was started before either.
   */
  clear(session: TokenOwner): Promise<void>
}

/** Which token of a session is wanted. */
export interface WantedToken {
  /** Names the connection, the account and the scopes. */
  key: string
  /** The token that the provider has just rejected. It is not handed out. */
  rejectedToken?: string | undefined
}

/** The session that tokens belong to. */
export interface TokenOwner {
  id: string
  user: { sub: string }
  /** When the session ends, in milliseconds since the epoch. */
  expiresAt: number
}

const MAX_USERS = 1000
const MAX_TOKENS = 50
/** How long a token is kept at most, in milliseconds. So a token that a cache returns was exchanged at most a day ago. */
export const MAX_LIFE = 86_400_000

/**
 * Creates a cache in the memory of this process, for the 1000 users who used it last, with up to 50 tokens for each. A token
 * whose expiry is unknown serves only the calls that share its exchange.
 */
export function createConnectionTokens(): ConnectionTokens {
  const users = new LRUCache<string, ReturnType<typeof tokensOfUser>>({ max: MAX_USERS })
  return {
    get({ id, user }, { key, rejectedToken }, exchange) {
      const tokens = users.get(user.sub) ?? tokensOfUser()
      users.set(user.sub, tokens)
      return tokens.get({ key: JSON.stringify([id, key]), rejectedToken }, exchange)
    },
    async clear({ user }) {
      users.delete(user.sub) // an exchange that is under way puts its token into what is deleted here
    },
  }
}

/** Returns until when a token is handed out, in milliseconds since the epoch. */
export function connectionTokenUsableUntil({ expiresAt = 0 }: ConnectionToken): number {
  return usableUntil(expiresAt)
}

function tokensOfUser() {
  const kept = new LRUCache<string, { token: ConnectionToken; until: number }>({ max: MAX_TOKENS })
  const pending = new Map<string, Promise<ConnectionToken>>()

  async function exchanged(key: string, exchange: () => Promise<ConnectionToken>) {
    try {
      const token = await Promise.resolve().then(exchange) // so that a synchronous throw is a rejection, too
      const until = Math.min(connectionTokenUsableUntil(token), Date.now() + MAX_LIFE)
      kept.set(key, { token, until })
      return token
    } finally {
      pending.delete(key)
    }
  }
  return {
    get(
      { key, rejectedToken }: WantedToken,
      exchange: () => Promise<ConnectionToken>,
    ): Promise<ConnectionToken> {
      const { token, until = 0 } = kept.get(key) ?? {}
      const isRejected = token?.accessToken === rejectedToken
      if (token && until > Date.now() && !isRejected) return Promise.resolve(token)
      const shared = pending.get(key) ?? exchanged(key, exchange)
      pending.set(key, shared)
      return shared
    },
  }
}
