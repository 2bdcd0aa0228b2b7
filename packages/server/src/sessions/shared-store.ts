import { within } from '@connected-accounts/client/internal'
import { base64url } from 'jose'
import { SessionError } from '../errors.js'

/** Entries that several machines share, each gone when its time is over. A `Keyv` is one. */
export interface SharedStore {
  /** What is kept; undefined where nothing is. */
  get(key: string): Promise<unknown>
  /** Keeps text for so many milliseconds. `false` says that it did not. */
  set(key: string, value: string, ttl: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  /** Like `set`, but only while the value is the expected one; false where it is another by now, or gone. */
  replace?(key: string, expected: string, value: string, ttl: number): Promise<boolean>
}

/** A store that either does what it is told or throws `SessionError`. */
export interface Entries {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, until: number): Promise<void>
  delete(key: string): Promise<void>
  /** Where the store has no `replace` it is a `set`. */
  replace(key: string, expected: string, value: string, until: number): Promise<boolean>
}

/** In milliseconds. */
const PAUSE = 50

/**
 * Holds a store to its word. What fails is tried again until `timeout` milliseconds are over, as every operation may be
 * repeated; then it is `store_unavailable`. `until` is in milliseconds since the epoch.
 */
export function createEntries(store: SharedStore, timeout: number): Entries {
  refuseSilence(store)
  const ttl = (until: number) => Math.max(1, Math.ceil(until - Date.now()))
  const set: Entries['set'] = async (key, value, until) => {
    const kept = () => store.set(key, value, ttl(until)).then(refuseFalse)
    await persist(kept, timeout)
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
  }
}

/** Throws `SessionError` `store_unreadable`. */
export function unreadable(cause?: unknown): never {
  throw new SessionError('store_unreadable', {
    message:
      'What the store has in place of an entry of ours was not written by us, or is damaged.',
    cause,
  })
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

async function persist<T>(operation: () => Promise<T>, timeout: number): Promise<T> {
  const end = performance.now() + timeout
  for (;;) {
    try {
      return await within(operation(), Math.max(PAUSE, end - performance.now()))
    } catch (error) {
      if (error instanceof SyntaxError) unreadable(error) // of Keyv, which parses what it has got
      if (performance.now() + PAUSE > end) throw unavailable(error)
    }
    await pause(PAUSE)
  }
}

/** What to throw where the store or the lock is down or slow. */
export function unavailable(cause: unknown): SessionError {
  return new SessionError('store_unavailable', {
    message:
      'The store of the sessions does not answer, or not in time. Nobody was logged out by that: try again.',
    cause,
  })
}

function refuseFalse(kept: unknown): void {
  if (kept === false) throw new Error('The store did not keep it.')
}

/** A Keyv answers a failed read like a missing entry unless told otherwise, and so do some of its adapters. */
function refuseSilence(store: SharedStore): void {
  const { throwOnErrors, store: adapter } = store as Silent // what a Keyv has besides
  if (throwOnErrors === false || adapter?.throwOnErrors === false) {
    throw new TypeError(
      'This Keyv takes a store that is down for one that is empty, which would log everybody out: make it, and its adapter ' +
        'where that has the option, with `throwOnErrors: true`.',
    )
  }
}

interface Silent {
  throwOnErrors?: boolean
  store?: { throwOnErrors?: boolean }
}

/** The key of an entry: a hash, so that whoever can read the store learns neither ids nor users. */
export async function entryKey(...parts: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
