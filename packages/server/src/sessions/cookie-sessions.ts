import { LRUCache } from 'lru-cache'
import { SessionError } from '../errors.js'
import { createLocalTurns } from './refresh-lock.js'
import type { Session, SessionCookie, SessionStore } from './session.js'

const REMEMBERED = 1000

/**
 * Keeps sessions in the sealed cookie itself. Requests that a browser sends at once all have the same cookie, so what a
 * refresh has changed, and which session was ended, is remembered here for the last 1000 sessions: within this process one
 * refresh serves them all. Access tokens that do not fit are left out, those that expire first; more can be had.
 */
export function cookieSessions(): SessionStore {
  const changed = new LRUCache<string, Session | 'ended'>({ max: REMEMBERED })
  return {
    runAlone: createLocalTurns(),
    async get(cookie) {
      const session = await readSession(cookie)
      const newest = session && changed.get(session.id)
      if (!session || newest === 'ended') return undefined
      if (!newest || newest.revision <= session.revision) return session
      await write(cookie, newest)
      return newest
    },
    async set(cookie, session) {
      if (changed.get(session.id) === 'ended') return // a logout has overtaken it
      changed.set(session.id, session) // first, as a refresh token that was replaced may be all there is
      await write(cookie, session)
    },
    async delete(cookie) {
      const session = await readSession(cookie)
      if (session) changed.set(session.id, 'ended')
      cookie.delete()
    },
  }
}

async function readSession(cookie: SessionCookie): Promise<Session | undefined> {
  // Sealed by `write`, nothing else can be in it.
  const session = (await cookie.get()) as Session | undefined
  return session && session.expiresAt > Date.now() ? session : undefined
}

async function write(cookie: SessionCookie, session: Session): Promise<void> {
  const maxAge = Math.max(1, Math.ceil((session.expiresAt - Date.now()) / 1000))
  const tokens = session.tokens.toSorted((one, other) => other.expiresAt - one.expiresAt)
  for (;;) {
    if (await cookie.set({ ...session, tokens }, maxAge)) return
    if (!tokens.pop()) break
  }
  throw new SessionError('cookies_too_large', {
    message:
      `The session does not fit into cookies, of which a request can have 8000 bytes in all: the ID token has ` +
      `${JSON.stringify(session.user).length} bytes of claims. Ask for fewer, or keep sessions in a store.`,
  })
}
