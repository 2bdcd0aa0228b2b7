import { type CookieJar, cookiePrefix } from './cookie-jar.js'
import type { Seal } from './seal.js'

/** The transactions of one browser: what is kept between the start and the completion of a flow, in one sealed cookie each. */
export interface Transactions<T> {
  get(state: string): Promise<T | undefined>
  /**
   * Keeps a transaction.
   *
   * @param options.expiresAt - In milliseconds since the epoch.
   */
  set(state: string, record: T, options: { expiresAt: number }): Promise<void>
  delete(state: string): Promise<void>
  /** Returns the transactions of all other states. */
  otherFlows(state: string): Promise<T[]>
}

const MAX_TRANSACTIONS = 5
/** How long an expired transaction is kept, in seconds, so that a late callback is reported as late. */
const GRACE = 3600

/**
 * Creates the transactions of one browser. It can have 5 at once. One more replaces the oldest, which is the first that the
 * browser sends (RFC 6265 §5.4).
 */
export function createTransactions<T>(
  jar: CookieJar,
  seal: Seal,
  secure: boolean,
): Transactions<T> {
  const prefix = `${cookiePrefix(secure)}tx.`
  // Other cookies may have this prefix, and names that cannot be set.
  const isOurs = (name: string) => name.startsWith(prefix) && /^[\w.-]+$/.test(name)
  const names = () => [...jar.all().keys()].filter(isOurs)
  async function get(state: string): Promise<T | undefined> {
    const sealed = jar.all().get(prefix + state)
    const opened = sealed ? await seal.open(sealed, 'transaction') : undefined
    const kept = opened as { state: string; record: T } | undefined // only `set` seals for this purpose
    return kept?.state === state ? kept.record : undefined
  }
  return {
    get,
    async set(state, record, { expiresAt }) {
      const value = await seal.close({ state, record }, 'transaction')
      const others = names().filter((name) => name !== prefix + state)
      for (const name of others.slice(0, -(MAX_TRANSACTIONS - 1))) jar.delete(name)
      const maxAge = Math.ceil((expiresAt - Date.now()) / 1000) + GRACE
      jar.set({ name: prefix + state, value, maxAge: Math.max(1, maxAge) })
    },
    async delete(state) {
      if (names().includes(prefix + state)) jar.delete(prefix + state)
    },
    async otherFlows(state) {
      const others = names().filter((name) => name !== prefix + state)
      const records = await Promise.all(others.map((name) => get(name.slice(prefix.length))))
      return records.filter((record) => record !== undefined)
    },
  }
}
