import { type Cookie, type CookieJar, cookiePrefix, MAX_COOKIE } from './cookie-jar.js'
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
  /** Returns the browser's other connect flows. */
  otherFlows(state: string): Promise<T[]>
}

/** The prefix of a login's state. Those of connect flows begin with `connect.`. */
export const LOGIN_PREFIX = 'login.'

/** How many logins, and how many connect flows, a browser can have at once. */
const MAX_TRANSACTIONS = 5
/** How many flows one answer removes at most: somebody else may have set thousands of cookies with our names. */
const MAX_REMOVED = 10
/** How long an expired transaction is kept, in seconds, so that a late callback is reported as late. */
const GRACE = 3600

/**
 * Creates the transactions of one browser. It can have 5 logins and 5 connect flows at once. One more replaces the oldest of
 * its kind, which is the first that the browser sends (RFC 6265 §5.4). If there is no room, the oldest flows are removed until
 * the new one fits. `set` throws as follows.
 *
 * @throws {SessionError} `cookies_too_large`, if the transaction does not fit even without other flows.
 */
export function createTransactions<T>(
  jar: CookieJar,
  seal: Seal,
  secure: boolean,
): Transactions<T> {
  const prefix = flowPrefix(secure)
  async function get(state: string): Promise<T | undefined> {
    const sealed = jar.get(prefix + state)
    const isOurs = sealed !== undefined && sealed.length <= MAX_COOKIE
    const opened = isOurs ? await seal.open(sealed, 'transaction') : undefined
    const kept = opened as { state: string; record: T } | undefined // only `set` seals for this purpose
    return kept?.state === state ? kept.record : undefined
  }
  return {
    get,
    async set(state, record, { expiresAt }) {
      const value = await seal.close({ state, record }, 'transaction')
      const maxAge = Math.ceil((expiresAt - Date.now()) / 1000) + GRACE
      const cookie = { name: prefix + state, value, maxAge: Math.max(1, maxAge) }
      const { logins, others } = readFlows(jar, { secure, except: cookie.name })
      const isLogin = state.startsWith(LOGIN_PREFIX)
      const surplus = [...surplusOf(logins, isLogin ? 1 : 0), ...surplusOf(others, isLogin ? 0 : 1)]
      jar.delete(...surplus.slice(0, MAX_REMOVED))
      jar.set(...(makeRoom([cookie], jar, { secure, except: cookie.name }) ?? [cookie]))
    },
    async delete(state) {
      if (jar.get(prefix + state) !== undefined) jar.delete(prefix + state)
    },
    async otherFlows(state) {
      const { others } = readFlows(jar, { secure, except: prefix + state })
      // The newest alone: somebody else may have set thousands of cookies with our names.
      const names = others.slice(-MAX_TRANSACTIONS)
      const records = await Promise.all(names.map((name) => get(name.slice(prefix.length))))
      return records.filter((record) => record !== undefined)
    },
  }
}

/**
 * Adds removals of flows to cookies until they fit: of logins first, because a link on any site starts one, and of the oldest
 * first.
 *
 * @returns undefined if they do not fit anyway.
 */
export function makeRoom(
  cookies: readonly Cookie[],
  jar: CookieJar,
  options: { secure: boolean; except?: string },
): Cookie[] | undefined {
  const { logins, others } = readFlows(jar, options)
  const removable = [...logins, ...others].slice(0, MAX_REMOVED)
  for (let count = 0; count <= removable.length; count += 1) {
    const removals = removable.slice(0, count).map((name) => ({ name, value: '', maxAge: 0 }))
    if (jar.fits([...removals, ...cookies])) return [...removals, ...cookies]
  }
  return undefined
}

/** Returns the oldest flows of one kind that are too many if this number is added. */
function surplusOf(flows: string[], added: number): string[] {
  return flows.slice(0, Math.max(0, flows.length + added - MAX_TRANSACTIONS))
}

/** True if the browser has a flow, which a new one may replace. */
export function hasFlow(jar: CookieJar, secure: boolean): boolean {
  const { logins, others } = readFlows(jar, { secure })
  return logins.length + others.length > 0
}

/** Returns the names of the browser's flows, the oldest first. */
function readFlows(jar: CookieJar, { secure, except }: { secure: boolean; except?: string }) {
  const prefix = flowPrefix(secure)
  // Somebody else may have set cookies with this prefix, and names that cannot be set.
  const isOurs = (name: string) => /^[\w.-]+$/.test(name)
  const names = jar.names(prefix).filter((name) => isOurs(name) && name !== except)
  const isLogin = (name: string) => name.startsWith(prefix + LOGIN_PREFIX)
  return {
    logins: names.filter(isLogin),
    others: names.filter((name) => !isLogin(name)),
  }
}

function flowPrefix(secure: boolean): string {
  return `${cookiePrefix(secure)}tx.`
}
