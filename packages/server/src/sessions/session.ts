import type { IssuedToken } from '@connected-accounts/client/internal'
import type { SessionCookie } from '../cookies/session-cookie.js'
import type { SessionOwner } from '../user-index.js'
import type { ConnectionTokens } from './connection-token-cache.js'
import type { FlowMemory } from './flow-memory.js'

export type { IssuedToken } from '@connected-accounts/client/internal'
export type { SessionCookie } from '../cookies/session-cookie.js'
export type { SessionOwner } from '../user-index.js'

/** The user: claims of the ID token. */
export interface User {
  sub: string
  name?: string
  email?: string
  picture?: string
  /** The organization that the user logged in to. */
  org_id?: string
  /** The id of the session at Auth0. */
  sid?: string
  [claim: string]: unknown
}

/** A logout at the tenant (Back-Channel Logout). */
export interface EndedLogin {
  /** The application whose sessions end. Those of another application in the same store go on. */
  clientId: string
  /** The origin of the domain of the sessions that end. */
  domain: string
  /** The session that ends. Undefined if all sessions of the user end. */
  sid?: string
  sub?: string
  /** Sessions that were created up to this time end, in milliseconds since the epoch. */
  endedAt: number
  /** When all sessions from before the logout have expired anyway, in milliseconds since the epoch. */
  forgetAt: number
}

/** The session of a logged-in user. It survives JSON. */
export interface Session {
  /** A random id, made at the login. It never leaves the server, except sealed. */
  id: string
  /** The application that the user logged in to. */
  clientId: string
  user: User
  /** The origin of the domain at which the user logged in. The tokens are valid at this domain only. */
  domain: string
  refreshToken?: string
  /** One access token for each audience. */
  tokens: IssuedToken[]
  /** When the tenant issued the ID token, by its clock, in milliseconds since the epoch. */
  createdAt: number
  /** When the session ends, in milliseconds since the epoch. */
  expiresAt: number
  /** How many times the session was changed since the login. */
  revision: number
}

/** Keeps sessions: in the cookie itself, or elsewhere under an id that the cookie holds. */
export interface SessionStore {
  /** Returns the newest state of the session that a cookie holds or points to. */
  get(cookie: SessionCookie): Promise<Session | undefined>
  /**
   * Keeps a session. After it has resolved, every `get` returns this session or a newer one. It must throw if it cannot keep the
   * session. A session that was deleted meanwhile stays deleted, because a logout may overtake a refresh.
   */
  set(cookie: SessionCookie, session: Session): Promise<void>
  /** Deletes the session and the cookie. */
  delete(cookie: SessionCookie): Promise<void>
  /**
   * Runs work of a session while no other work of this session runs. Refreshes take turns by it, and so do the requests of one
   * callback.
   *
   * @param id - The id of a session, or the `state` of a flow.
   * @param work - It calls `claim` right before it sends the refresh token of a session. `claim` rejects, so that nothing is sent,
   *   if the work may not run alone any more, because a lock may be lost.
   * @param options.timeout - How long to wait for the turn, in milliseconds.
   * @throws {SessionError} `refresh_busy`, if the turn did not come in time.
   */
  runAlone<T>(
    id: string,
    work: (claim: (session: Session) => Promise<void>) => Promise<T>,
    options: { timeout: number },
  ): Promise<T>
  /** Ends sessions without their cookies (Back-Channel Logout). Leave it out if the store cannot do that. */
  end?(login: EndedLogin): Promise<void>
  /** Returns the sessions of a user, newest first, without their cookies. Leave it out if the store cannot find them. */
  findByUser?(owner: SessionOwner): Promise<Session[]>
  /** Caches third parties' tokens. Default: a cache in the memory of this process. */
  connectionTokens?: ConnectionTokens
  /** Remembers what logins and connect flows have come to. Default: in the memory of this process. */
  flows?: FlowMemory
}
