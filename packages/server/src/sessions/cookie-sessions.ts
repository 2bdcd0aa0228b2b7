import { LRUCache } from 'lru-cache'
import type { SessionCookie } from '../cookies/session-cookie.js'
import { isSessionError, SessionError } from '../errors.js'
import { createLocalTurns } from './refresh-lock.js'
import type { Session, SessionStore } from './session.js'

const MAX_REMEMBERED = 1000

/**
 * Keeps sessions in the sealed cookie itself. Requests that a browser sends at once all have the same cookie. So this process
 * remembers what a refresh changed, and which sessions were ended, for 1000 sessions: one refresh serves all these requests.
 * If not all access tokens fit into the cookie, those that expire first are left out; they can be refreshed.
 */
export function cookieSessions(): SessionStore {
  const changed = new LRUCache<string, Session | 'ended'>({ max: MAX_REMEMBERED })
  return {
    runAlone: createLocalTurns(),
    async get(cookie) {
      const session = await readSession(cookie)
      const newest = session && changed.get(session.id)
      if (!session || newest === 'ended') return undefined
      if (!newest || newest.revision <= session.revision) return session
      // Reading works without room for the cookie. What needs the room, such as a refresh, reports it.
      await write(cookie, newest).catch(ignoreNoRoom)
      return newest
    },
    async set(cookie, session) {
      const known = changed.get(session.id)
      if (known === 'ended') return // a logout was faster
      const newest = known && known.revision > session.revision ? known : session
      changed.set(session.id, newest) // first, as its refresh token may be the only good one
      await write(cookie, newest)
    },
    async delete(cookie) {
      const session = await readSession(cookie)
      if (session) changed.set(session.id, 'ended')
      cookie.delete()
    },
  }
}

async function readSession(cookie: SessionCookie): Promise<Session | undefined> {
  const session = (await cookie.get()) as Session | undefined // the cookie is sealed: only `write` makes it
  return session && session.expiresAt > Date.now() ? session : undefined
}

function ignoreNoRoom(error: unknown): void {
  if (!isSessionError(error) || error.code !== 'cookies_too_large') throw error
}

async function write(cookie: SessionCookie, session: Session): Promise<void> {
  const maxAge = Math.max(1, Math.ceil((session.expiresAt - Date.now()) / 1000))
  const tokens = session.tokens.toSorted((one, other) => other.expiresAt - one.expiresAt)
  for (;;) {
    // A token can be refreshed. A flow that is removed has to be started again.
    const keepFlows = tokens.length > 0
    if (await cookie.set({ ...session, tokens }, maxAge, { keepFlows })) return
    if (!tokens.pop()) break
  }
  throw new SessionError('cookies_too_large', {
    message:
      'The session does not fit into the cookies, which may have 8000 bytes in a request. The claims of the ID token have ' +
      `${JSON.stringify(session.user).length} bytes. Ask for fewer claims, or keep sessions in a store.`,
  })
}
