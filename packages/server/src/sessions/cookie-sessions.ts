import { LRUCache } from 'lru-cache'
import type { SessionCookie } from '../cookies/session-cookie.js'
import { SessionError } from '../errors.js'
import { createEndedSessions } from './ended-sessions.js'
import type { Session, SessionStore } from './session.js'
import { createLocalTurns } from './turns.js'

const MAX_REFRESHED = 1000

/**
 * Keeps sessions in the sealed cookie itself. Requests that a browser sends at once all have the same cookie. So this process
 * remembers the 1000 sessions that were refreshed last: one refresh serves all these requests. It also remembers every session
 * that was ended, until its cookie expires. If not all access tokens fit into the cookie, those that expire first are left out;
 * they can be refreshed.
 */
export function cookieSessions(): SessionStore {
  const refreshed = new LRUCache<string, Session>({ max: MAX_REFRESHED })
  const ended = createEndedSessions()
  return {
    runAlone: createLocalTurns(),
    async get(cookie) {
      const session = await readSession(cookie)
      if (!session || ended.has(session.id)) return undefined
      const newest = refreshed.get(session.id)
      if (!newest || newest.revision <= session.revision) return session
      // Reading works without room for the cookie. A refresh needs the room, and reports that there is none.
      await write(cookie, newest)
      return newest
    },
    async set(cookie, session) {
      if (ended.has(session.id)) return // a logout was faster
      const known = refreshed.get(session.id)
      const newest = known && known.revision > session.revision ? known : session
      // First, as its refresh token may be the only good one. What a login brought is in its cookie.
      if (newest.revision > 0) refreshed.set(session.id, newest)
      if (!(await write(cookie, newest))) throw tooLarge(newest)
    },
    async delete(cookie) {
      const session = await readSession(cookie)
      if (session) {
        ended.add(session)
        refreshed.delete(session.id)
      }
      cookie.delete()
    },
  }
}

async function readSession(cookie: SessionCookie): Promise<Session | undefined> {
  const session = (await cookie.get()) as Session | undefined // the cookie is sealed: only `write` makes it
  return session && session.expiresAt > Date.now() ? session : undefined
}

/** Returns false if the cookie has no room for the session. Then nothing is set. */
async function write(cookie: SessionCookie, session: Session): Promise<boolean> {
  const maxAge = Math.max(1, Math.ceil((session.expiresAt - Date.now()) / 1000))
  const tokens = session.tokens.toSorted((one, other) => other.expiresAt - one.expiresAt)
  for (;;) {
    // A token can be refreshed. A flow that is removed has to be started again.
    const keepFlows = tokens.length > 0
    if (await cookie.set({ ...session, tokens }, maxAge, { keepFlows })) return true
    if (!tokens.pop()) return false
  }
}

function tooLarge({ user }: Session): SessionError {
  return new SessionError('cookies_too_large', {
    message:
      'The session does not fit into the cookies, which may have 8000 bytes in a request. The claims of the ID token have ' +
      `${JSON.stringify(user).length} bytes. Ask for fewer claims, or keep sessions in a store.`,
  })
}
