import { LRUCache } from 'lru-cache'
import { createSeal } from '../cookies/seal.js'
import { SessionError } from '../errors.js'
import { createLocalTurns, createLockedTurns, type RefreshLock } from './refresh-lock.js'
import type { EndedLogin, Session, SessionCookie, SessionStore } from './session.js'
import { sharedConnectionTokens } from './shared-connection-token-cache.js'
import {
  createEntries,
  type Entries,
  entryKey,
  type SharedStore,
  unreadable,
} from './shared-store.js'

/** Options of {@link sharedSessions}. */
export type SharedSessionsOptions = {
  /** How long an operation of the store is tried, in milliseconds; 5,000 by default. */
  timeout?: number | undefined
} & (
  | {
      /** Lets one machine at a time refresh a session. */
      lock: RefreshLock
      /** How long one waits for it, in milliseconds; 30,000 by default, as long as a grant may take. */
      lockTimeout?: number | undefined
      refreshTokens?: undefined
    }
  | {
      /** Says that the application has refresh token rotation switched off, so that no lock is needed. */
      refreshTokens: 'non-rotating'
      lock?: undefined
      lockTimeout?: undefined
    }
)

/** What the cookie has: nothing of the session but the way to it. */
interface Pointer {
  id: string
  expiresAt: number
  /** Keys of the entries that say, once they are there, that the session has ended. */
  ends: string[]
}

const PURPOSE = 'stored session'
const REMEMBERED = 1000

/**
 * Sessions in a store that all machines share, such as a `Keyv`; the cookie has an id alone. Entries are sealed with a key
 * that is derived from this id, which the store does not have. Throws a TypeError without a `lock`, unless `refreshTokens` is
 * `'non-rotating'`, and where the store would keep its failures to itself.
 */
export function sharedSessions(store: SharedStore, options: SharedSessionsOptions): SessionStore {
  const { lock, lockTimeout = 30_000, timeout = 5_000 } = checked(options)
  const entries = createEntries(store, timeout)
  // Refreshed, but not taken by the store yet: the refresh token that was replaced may be all there is.
  const unsaved = new LRUCache<string, Session>({ max: REMEMBERED })
  const turns = lock
    ? createLockedTurns(lock, (id) => entryKey('lock', id), lockTimeout)
    : createLocalTurns()

  async function save(session: Session): Promise<Session | undefined> {
    unsaved.set(session.id, session)
    const before = await replaceOlder(entries, session)
    unsaved.delete(session.id)
    return before
  }
  return {
    connectionTokens: sharedConnectionTokens(entries),
    runAlone: turns,
    async get(cookie) {
      const pointer = await readPointer(cookie)
      const session = pointer && (await find(entries, pointer))?.session
      const newest = session && unsaved.get(session.id)
      if (!newest || newest.revision <= session.revision) return session
      await save(newest)
      return newest
    },
    async set(cookie, session) {
      if (session.revision === 0) return create(entries, cookie, session)
      const before = await save(session)
      if (!lock && before && before.refreshToken !== session.refreshToken) throw rotated()
    },
    async delete(cookie) {
      const pointer = await readPointer(cookie)
      if (pointer) {
        const { id, expiresAt } = pointer
        // A refresh that is under way must not bring it back.
        await entries.set(await entryKey('ended', id), String(Number.MAX_SAFE_INTEGER), expiresAt)
        await entries.delete(await entryKey('session', id))
      }
      cookie.delete()
    },
    async end(login) {
      const key = await endOf(login)
      // A token that is sent once more must not let a session in again that a later one has ended.
      const before = timeOf((await entries.get(key)) ?? '0')
      if (before < login.endedAt) await entries.set(key, String(login.endedAt), login.forgetAt)
    },
  }
}

function checked(options: SharedSessionsOptions): SharedSessionsOptions {
  if (options?.lock || options?.refreshTokens === 'non-rotating') return options
  throw new TypeError(
    'Two machines that refresh the same session at once use a rotating refresh token twice, and the user is logged out. ' +
      'Give a lock, such as redisLock(redis) of @connected-accounts/server/redis; or say ' +
      "refreshTokens: 'non-rotating' where the application has rotation switched off.",
  )
}

async function readPointer(cookie: SessionCookie): Promise<Pointer | undefined> {
  const held = (await cookie.get()) as Pointer | Session | undefined // which is what was there before there was a store
  return held && 'ends' in held ? held : undefined
}

async function create(entries: Entries, cookie: SessionCookie, session: Session): Promise<void> {
  const { id, domain, user, expiresAt } = session
  const ends = [await entryKey('ended', id), await endOf({ domain, sub: user.sub })]
  if (user.sid) ends.push(await endOf({ domain, sid: user.sid }))
  const pointer: Pointer = { id, expiresAt, ends }
  await entries.set(await entryKey('session', id), await seal(session), expiresAt)
  const maxAge = Math.max(1, Math.ceil((expiresAt - Date.now()) / 1000))
  if (await cookie.set(pointer, maxAge)) return
  throw new SessionError('cookies_too_large', {
    message: 'There is no room for the cookie of the session, of some 500 bytes: set fewer others.',
  })
}

function endOf({ domain, sid, sub }: Pick<EndedLogin, 'domain' | 'sid' | 'sub'>): Promise<string> {
  return sid === undefined ? entryKey('sub', domain, sub ?? '') : entryKey('sid', domain, sid)
}

/** Keeps a session in place of an older one; gives the one before. One that has ended stays so. */
async function replaceOlder(entries: Entries, session: Session): Promise<Session | undefined> {
  const key = await entryKey('session', session.id)
  const ends = [await entryKey('ended', session.id)]
  const sealed = await seal(session)
  for (;;) {
    const found = await find(entries, { id: session.id, ends })
    // Another machine went on with the session while this one had lost the lock.
    if (!found || found.session.revision >= session.revision) return found?.session
    if (await entries.replace(key, found.sealed, sealed, session.expiresAt)) return found.session
  }
}

async function find(
  entries: Entries,
  { id, ends }: Pick<Pointer, 'id' | 'ends'>,
): Promise<{ session: Session; sealed: string } | undefined> {
  const key = await entryKey('session', id)
  const [sealed, ...times] = await Promise.all([key, ...ends].map((each) => entries.get(each)))
  if (sealed === undefined) return undefined
  const opened = await createSeal(id).open(sealed, PURPOSE)
  const session = opened as Session | undefined // only `seal` seals for this, with this id
  if (!session) unreadable()
  const hasEnded = times.some((time) => time !== undefined && timeOf(time) >= session.createdAt)
  return hasEnded || session.expiresAt <= Date.now() ? undefined : { session, sealed }
}

function timeOf(text: string): number {
  const time = Number(text)
  return Number.isFinite(time) ? time : unreadable()
}

function seal(session: Session): Promise<string> {
  return createSeal(session.id).close(session, PURPOSE)
}

function rotated(): SessionError {
  return new SessionError('refresh_token_rotated', {
    message:
      "The tenant rotates refresh tokens, and this store was said to have refreshTokens: 'non-rotating'. The new one is kept, " +
      'but another machine may have used the one before. Switch rotation off for the application, or give a lock.',
  })
}
