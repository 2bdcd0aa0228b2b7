import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { createNewest } from './newest.js'

/** Third parties' access tokens, in the memory of this process alone: they are never put into cookies. */
export interface ConnectionTokens {
  /** The session's token of this key, else what `exchange` gives; calls at once share one exchange. */
  get(
    sessionId: string,
    key: string,
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken>
  /** Forgets those of a session. */
  clear(sessionId: string): void
}

const MAX_SESSIONS = 1000
const MAX_TOKENS = 50
const MARGIN = 30_000

/**
 * The tokens of the 1000 sessions that exchanged last. One is handed out until 30 seconds before it expires; one whose
 * end is not known is not kept.
 */
export function createConnectionTokens(): ConnectionTokens {
  const sessions = createNewest<ReturnType<typeof tokensOfSession>>(MAX_SESSIONS)
  return {
    get(sessionId, key, exchange) {
      const tokens = sessions.get(sessionId) ?? tokensOfSession()
      sessions.set(sessionId, tokens)
      return tokens.get(key, exchange)
    },
    clear: (sessionId) => void sessions.delete(sessionId),
  }
}

function tokensOfSession() {
  const kept = createNewest<ConnectionToken>(MAX_TOKENS)
  const underWay = new Map<string, Promise<ConnectionToken>>()
  const isUsable = ({ expiresAt = 0 }: ConnectionToken) => expiresAt - MARGIN > Date.now()

  async function exchanged(key: string, exchange: () => Promise<ConnectionToken>) {
    try {
      const token = await exchange()
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
