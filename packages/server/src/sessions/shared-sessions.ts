import { checkTimeout, DEFAULT_TIMEOUT } from '@connected-accounts/client/internal'
import type { SessionCookie } from '../cookies/session-cookie.js'
import { SessionError } from '../errors.js'
import type { RefreshLock } from '../store/refresh-lock.js'
import {
  createEntries,
  type Entries,
  entryKey,
  retryInBackground,
  type SharedStore,
} from '../store/shared-store.js'
import { createUserIndex, type SessionPointer, type UserIndex } from '../user-index.js'
import { createEnd, endKey } from './ended-logins.js'
import { sharedFlowMemory } from './flow-memory.js'
import { createSentRefreshes } from './sent-refreshes.js'
import type { Session, SessionStore } from './session.js'
import { createSessionWriter, findSession, sealSession } from './session-entries.js'
import { sharedConnectionTokens } from './shared-connection-token-cache.js'
import { createLocalTurns, createLockedTurns } from './turns.js'

/** Options of {@link sharedSessions}. */
export type SharedSessionsOptions = {
  /**
   * How long one operation of the store is tried, in milliseconds. Default: 5,000. How long a request waits for the lock is the
   * `timeout` of the `ServerClient`.
   */
  timeout?: number | undefined
  /**
   * Lets jobs of your application use the sessions of users who are not there, see {@link fromSharedSessions}. The store then
   * also has a list of each user's sessions, sealed with this secret, 32 bytes or more. To change it, pass a list: the first
   * secret seals, and all of them open. Whoever has both the secret and the store can read all sessions that began with it.
   * Default: no list, so that nobody can read a session without its cookie.
   */
  userIndexSecret?: string | readonly string[] | undefined
} & (
  | {
      /** Lets one machine at a time refresh a session. */
      lock: RefreshLock
      refreshTokens?: undefined
    }
  | {
      /** Says that refresh token rotation is off for the application, so that no lock is needed. */
      refreshTokens: 'non-rotating'
      lock?: undefined
    }
)

/**
 * Keeps sessions in a store that all machines share, such as a `Keyv`. The cookie holds only an id. Entries are sealed with a
 * key that is derived from this id, and the id is not in the store.
 *
 * If a rotated refresh token cannot be written, the lock is held until it is: no other machine uses the old one meanwhile. The
 * store also notes that a refresh token is sent, so that the same holds if the lock is lost.
 *
 * @throws {TypeError} if `store` or `lock` is something else, if there is no `lock` and `refreshTokens` is not `'non-rotating'`, if a Keyv hides its failures, or if
 *   `timeout` is not a time, or `userIndexSecret` is too short.
 * @example
 * const sessions = sharedSessions(redisStore(redis), { lock: redisLock(redis) })
 * const server = new ServerClient({ ...options, sessions })
 */
export function sharedSessions(store: SharedStore, options: SharedSessionsOptions): SessionStore {
  checkStore(store)
  const { lock, timeout = 5_000, userIndexSecret } = checkOptions(options)
  const entries = createEntries(store, checkTimeout(timeout))
  const index =
    userIndexSecret === undefined ? undefined : createUserIndex(entries, userIndexSecret)
  const writer = createSessionWriter(entries)
  async function findBy(pointer: SessionPointer): Promise<Session | undefined> {
    const newest = writer.unsaved(pointer.id)
    if (newest) await writer.save(newest) // only in place of an older one
    return (await findSession(entries, pointer))?.session
  }
  const runAlone = lock
    ? createLockedTurns(lock, {
        keyOf: (id) => entryKey('lock', id),
        unsavedWork: writer.unsavedWork,
        sentRefreshes: createSentRefreshes(entries),
      })
    : createLocalTurns()

  return {
    connectionTokens: sharedConnectionTokens(entries),
    // Without a lock another machine may be about to send the same code.
    flows: sharedFlowMemory(entries, { isComplete: lock !== undefined }),
    runAlone,
    async get(cookie) {
      const pointer = await readPointer(cookie)
      return pointer && findBy(pointer)
    },
    ...(index && {
      async findByUser(owner) {
        const found = await Promise.all((await index.find(owner)).map(findBy))
        return found.filter((session) => session !== undefined)
      },
    }),
    async set(cookie, session) {
      if (session.revision === 0) return create({ entries, index }, cookie, session)
      const before = await writer.save(session)
      if (!lock && before && before.refreshToken !== session.refreshToken) throw rotated()
    },
    async delete(cookie) {
      const pointer = await readPointer(cookie)
      cookie.delete() // first, so that a store that is away keeps nobody logged in
      if (pointer) await endSession(entries, pointer)
    },
    end: createEnd(entries, { lock: store.replace ? undefined : lock, timeout: DEFAULT_TIMEOUT }),
  }
}

function checkStore(store: SharedStore): void {
  const methods = [store?.get, store?.set, store?.delete]
  if (methods.every((method) => typeof method === 'function')) return
  throw new TypeError('store must have get, set and delete, such as redisStore(redis) or a Keyv.')
}

function checkOptions(options: SharedSessionsOptions): SharedSessionsOptions {
  const { lock } = { ...options }
  if (lock && typeof lock.acquire !== 'function') {
    throw new TypeError('lock must be a lock, such as redisLock(redis) or postgresLock(pool).')
  }
  if (lock || options?.refreshTokens === 'non-rotating') return options
  throw new TypeError(
    'Two machines that refresh the same session at once use a rotating refresh token twice, and the user is logged out. ' +
      'Pass a lock, such as redisLock(redis) of @connected-accounts/server/redis. If rotation is off for the application, ' +
      "pass refreshTokens: 'non-rotating' instead.",
  )
}

async function readPointer(cookie: SessionCookie): Promise<SessionPointer | undefined> {
  // A cookie from before the application had a store holds the session itself.
  const held = (await cookie.get()) as SessionPointer | Session | undefined
  return held && 'ends' in held ? held : undefined
}

async function create(
  { entries, index }: { entries: Entries; index: UserIndex | undefined },
  cookie: SessionCookie,
  session: Session,
): Promise<void> {
  const { id, clientId, domain, user, expiresAt } = session
  const ends = [await entryKey('ended', id), await endKey({ clientId, domain, sub: user.sub })]
  if (user.sid) ends.push(await endKey({ clientId, domain, sid: user.sid }))
  const pointer: SessionPointer = { id, expiresAt, ends }
  // If a callback came twice at once, the session may be there already, and refreshed by now.
  const isThere = (await findSession(entries, pointer)) !== undefined
  if (!isThere)
    await entries.set(await entryKey('session', id), await sealSession(session), expiresAt)
  await index?.add({ clientId, sub: user.sub }, pointer)
  const maxAge = Math.max(1, Math.ceil((expiresAt - Date.now()) / 1000))
  if (await cookie.set(pointer, maxAge)) return
  throw new SessionError('cookies_too_large', {
    message:
      'There is no room for the cookie of the session, which has about 500 bytes. Set fewer other cookies.',
  })
}

/**
 * Ends a session. If the store is away, this process goes on trying: the person has logged out, although there may be a copy of
 * the cookie.
 *
 * @throws {SessionError} `store_unavailable`. The session is ended as soon as the store is back.
 */
async function endSession(entries: Entries, { id, expiresAt }: SessionPointer): Promise<void> {
  const end = async () => {
    // A refresh that is under way must not bring the session back.
    await entries.set(await entryKey('ended', id), String(Number.MAX_SAFE_INTEGER), expiresAt)
    await entries.delete(await entryKey('session', id))
  }
  try {
    await end()
  } catch (error) {
    void retryInBackground(end)
    throw error
  }
}

function rotated(): SessionError {
  return new SessionError('refresh_token_rotated', {
    message:
      "The tenant rotates refresh tokens, but the store was created with refreshTokens: 'non-rotating'. The new token is kept, " +
      'but another machine may have used the old one. Switch rotation off for the application, or pass a lock.',
  })
}
