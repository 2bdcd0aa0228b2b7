import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { LRUCache } from 'lru-cache'

/** Third parties' access tokens: they are never put into cookies. */
export interface ConnectionTokens {
  /** The session's token of this key, else what `exchange` gives; calls at once share one exchange. */
  get(
    session: TokenOwner,
    key: string,
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken>
  /** Forgets those of a session. */
  clear(session: TokenOwner): Promise<void>
}

/** A session, as far as its tokens are concerned. */
export interface TokenOwner {
  id: string
  /** Milliseconds since the epoch. */
  expiresAt: number
}

const MAX_SESSIONS = 1000
const MAX_TOKENS = 50
const MARGIN = 30_000

/**
 * The tokens of the 1000 sessions that exchanged last, in the memory of this process. One whose end is not known is not
 * kept.
 */
export function createConnectionTokens(): ConnectionTokens {
  const sessions = new LRUCache<string, ReturnType<typeof tokensOfSession>>({ max: MAX_SESSIONS })
  return {
    get({ id }, key, exchange) {
      const tokens = sessions.get(id) ?? tokensOfSession()
      sessions.set(id, tokens)
      return tokens.get(key, exchange)
    },
    async clear({ id }) {
      sessions.delete(id)
    },
  }
}

/** Until when a token is handed out, 30 seconds before it expires: in milliseconds since the epoch. */
export function usableUntil({ expiresAt = 0 }: ConnectionToken): number {
  return expiresAt - MARGIN
}

function tokensOfSession() {
  const kept = new LRUCache<string, ConnectionToken>({ max: MAX_TOKENS })
  const underWay = new Map<string, Promise<ConnectionToken>>()
  const isUsable = (token: ConnectionToken) => usableUntil(token) > Date.now()

  async function exchanged(key: string, exchange: () => Promise<ConnectionToken>) {
    try {
      const token = await Promise.resolve().then(exchange) // what it throws at once is a rejection, too
      if (isUsable(token)) kept.set(key, token)
      return token
    } finally {
      underWay.delete(key)
    }
  }
  return {
    get(key: string, exchange: () => Promise<ConnectionToken>): Promise<ConnectionToken> {
      const token = kept.get(key)
      if (token && isUsable(token)) return Promise.resolve(token)
      const shared = underWay.get(key) ?? exchanged(key, exchange)
      underWay.set(key, shared)
      return shared
    },
  }
}
