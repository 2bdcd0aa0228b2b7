import type { IssuedToken } from '@connected-accounts/client/internal'
import type { SessionCookie } from '../cookies/session-cookie.js'
import type { ConnectionTokens } from './connection-token-cache.js'

export type { IssuedToken } from '@connected-accounts/client/internal'
export type { SessionCookie } from '../cookies/session-cookie.js'

/** The user, as the ID token says. */
export interface User {
  sub: string
  name?: string
  email?: string
  picture?: string
  /** The organization that the user logged in to. */
  org_id?: string
  /** Auth0's id of the session. */
  sid?: string
  [claim: string]: unknown
}

/** A logout that the tenant tells of. */
export interface EndedLogin {
  /** The origin of the domain of the sessions that end. */
  domain: string
  /** The sessions of this `sid`; where there is none, all of the user. */
  sid?: string
  sub?: string
  /** Sessions that were created until then end, in milliseconds since the epoch. */
  endedAt: number
  /** From when on no session from before it can live any more, in milliseconds since the epoch. */
  forgetAt: number
}

/** What is kept of a login. Survives JSON. */
export interface Session {
  /** Made up at the login, and never given to anything outside. */
  id: string
  user: User
  /** The origin of the domain at which the user logged in; its tokens are good there alone. */
  domain: string
  refreshToken?: string
  /** One for each audience. */
  tokens: IssuedToken[]
  /** When the tenant issued the ID token, by its clock, in milliseconds since the epoch. */
  createdAt: number
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** How often it was changed since the login. */
  revision: number
}

/** Keeps sessions: in the cookie itself, or elsewhere under an id that the cookie holds. */
export interface SessionStore {
  /** The newest that is known of the session. */
  get(cookie: SessionCookie): Promise<Session | undefined>
  /**
   * Keeps the session; when this comes back, every later `get` gives it. One that was deleted since stays so: a logout may
   * overtake a refresh. Throws where it cannot keep it.
   */
  set(cookie: SessionCookie, session: Session): Promise<void>
  /** Forgets it, and the cookie. */
  delete(cookie: SessionCookie): Promise<void>
  /**
   * Runs work of this session, while none other runs that was given here: refreshes take turns by it. The work can ask
   * whether that is still so.
   */
  runAlone<T>(id: string, work: (isAlone: () => boolean) => Promise<T>): Promise<T>
  /** Ends sessions from afar (Back-Channel Logout); left out where that cannot be done. */
  end?(login: EndedLogin): Promise<void>
  /** Where tokens of connections are kept; by default in the memory of this process. */
  connectionTokens?: ConnectionTokens
}
