import { within } from '@connected-accounts/client/internal'
import { base64url } from 'jose'
import { SessionError } from '../errors.js'

/** A key-value store that several machines share. A `Keyv` is one. */
export interface SharedStore {
  /** Returns the value of a key. Undefined or null if there is none. */
  get(key: string): Promise<unknown>
  /**
   * Keeps a value.
   *
   * @param ttl - After how many milliseconds the store forgets it.
   * @returns `false` if the store did not keep it. Any other value counts as success.
   */
  set(key: string, value: string, ttl: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  /**
   * Like `set`, but only if the value is the expected one (compare-and-set).
   *
   * @param expected - Undefined if there must be no value.
   * @returns False if the value is another one. Then nothing is changed.
   */
  replace?(key: string, expected: string | undefined, value: string, ttl: number): Promise<boolean>
}

/** A {@link SharedStore} whose operations either succeed or throw a `SessionError`. Times are in milliseconds since the epoch. */
export interface Entries {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, until: number): Promise<void>
  delete(key: string): Promise<void>
  /** Replaces the expected value, or keeps a value if none is expected. If the store has no `replace`, this is a `set`. */
  replace(key: string, expected: string | undefined, value: string, until: number): Promise<boolean>
  /**
   * Resolves when no write that timed out can overwrite this entry any more. If the store has a `replace`, such a write does
   * no harm.
   */
  settled(key: string): Promise<void>
}

/** How long to wait before the next try, in milliseconds. */
const PAUSE = 50
/** How many times `timeout` a write may take that was given up. */
const SETTLING = 10

/**
 * Makes a store dependable. A failed operation is repeated until the time is over, because each may be repeated.
 *
 * @param timeout - How long one operation is tried, in milliseconds.
 * @throws {TypeError} if the store hides its failures.
 * @throws {SessionError} `store_unavailable`, if an operation did not succeed in time.
 * @throws {SessionError} `store_unreadable`, if an entry is not text.
 */
export function createEntries(store: SharedStore, timeout: number): Entries {
  refuseHiddenFailures(store)
  const ttl = (until: number) => Math.max(1, Math.ceil(until - Date.now()))
  const writes = createUnsettled()
  const set: Entries['set'] = async (key, value, until) => {
    const keep = () => writes.add(key, store.set(key, value, ttl(until)).then(refuseFalse))
    await persist(keep, timeout)
  }
  return {
    set,
    async get(key) {
      const value = await persist(() => store.get(key), timeout)
      if (value === undefined || value === null) return undefined
      return typeof value === 'string' ? value : unreadable()
    },
    async delete(key) {
      await persist(() => store.delete(key), timeout)
    },
    async replace(key, expected, value, until) {
      const { replace } = store
      if (replace) {
        return persist(() => replace.call(store, key, expected, value, ttl(until)), timeout)
      }
      await set(key, value, until)
      return true
    },
    settled: (key) => within(writes.settled(key), timeout * SETTLING).catch(() => {}),
  }
}

/** Remembers writes until they have ended, also those that nobody waits for any more. */
function createUnsettled() {
  const keys = new Map<Promise<void>, string>()
  return {
    add(key: string, write: Promise<void>): Promise<void> {
      const ended = write.catch(() => {}).then(() => void keys.delete(ended))
      keys.set(ended, key)
      return write
    },
    async settled(key: string): Promise<void> {
      await Promise.all([...keys].map(([ended, of]) => of === key && ended))
    },
  }
}

/**
 * Reports an entry that the store damaged or somebody else wrote.
 *
 * @throws {SessionError} `store_unreadable`, always.
 */
export function unreadable(cause?: unknown): never {
  throw new SessionError('store_unreadable', {
    message:
      'An entry in the store of the sessions is damaged, or was not written by this package. Check that no other program ' +
      'writes to the same keys, and that all machines have the same `secret`.',
    cause,
  })
}

/** Resolves after a time in milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Like {@link pause}, but does not keep a process alive that has nothing else to do. */
export function pauseInBackground(milliseconds: number): Promise<void> {
  return new Promise((resolve) => inBackground(setTimeout(resolve, milliseconds)))
}

/** How long {@link retryInBackground} goes on at most, and how long it waits before each try, in milliseconds. */
const MAX_RETRY_TIME = 900_000
const RETRY_PAUSE = 1000

/** Repeats work that has failed until it succeeds, for 15 minutes at most. */
export async function retryInBackground(work: () => Promise<void>): Promise<void> {
  const end = Date.now() + MAX_RETRY_TIME
  while (Date.now() < end) {
    await pauseInBackground(RETRY_PAUSE)
    try {
      return await work()
    } catch {} // it is tried again
  }
}

/** Lets the process end although this timer is set. Runtimes other than Node have numbers as timers, and no such question. */
export function inBackground(timer: { unref?: () => void } | number): void {
  if (typeof timer === 'object') timer.unref?.()
}

async function persist<T>(operation: () => Promise<T>, timeout: number): Promise<T> {
  const end = performance.now() + timeout
  for (;;) {
    try {
      return await within(operation(), Math.max(PAUSE, end - performance.now()))
    } catch (error) {
      if (error instanceof SyntaxError) unreadable(error) // from Keyv, which parses what it reads
      if (performance.now() + PAUSE > end) throw unavailable(error)
    }
    await pause(PAUSE)
  }
}

/** Returns the error for a store or a lock that fails or is slow. */
export function unavailable(cause: unknown): SessionError {
  return new SessionError('store_unavailable', {
    message:
      'The store of the sessions, or its lock, failed or did not answer in time; see `cause`. No session was ended: try again.',
    cause,
  })
}

/** Returns the error for a refresh that did not get its turn. */
export function busy(): SessionError {
  return new SessionError('refresh_busy', {
    message:
      'Another refresh of this session did not end in time, so this one was not started and nothing was sent. Try again.',
  })
}

function refuseFalse(kept: unknown): void {
  if (kept === false) throw new Error('The store returned false: it did not keep the entry.')
}

/** Throws if a Keyv, or its adapter, reports a failed read as a missing entry. */
function refuseHiddenFailures(store: SharedStore): void {
  const { throwOnErrors, store: adapter } = store as KeyvOptions // a Keyv has these fields, other stores do not
  if (throwOnErrors === false || adapter?.throwOnErrors === false) {
    throw new TypeError(
      'This Keyv reports a store that is down as an empty one, which would log everybody out. Create it with ' +
        '`throwOnErrors: true`, and its adapter too if it has that option.',
    )
  }
}

interface KeyvOptions {
  throwOnErrors?: boolean
  store?: { throwOnErrors?: boolean }
}

/** Returns the key of an entry: a hash, so that a reader of the store learns neither ids nor users. */
export async function entryKey(...parts: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
