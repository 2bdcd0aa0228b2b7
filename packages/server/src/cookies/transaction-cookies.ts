import { type Cookie, type CookieJar, MAX_COOKIE, removalOf } from './cookie-jar.js'
import type { Seal } from './seal.js'

/** The transactions of one browser: what is kept between the start and the completion of a flow, in one sealed cookie each. */
export interface Transactions<T> {
  get(state: string): Promise<T | undefined>
  /**
   * Keeps a transaction.
   *
   * @param options.expiresAt - In milliseconds since the epoch.
   * @param options.isEnded - True if the flow has ended. Then the transaction is kept until `expiresAt` at most, and makes
   *   room for anything else. Default: false.
   */
  set(
    state: string,
    record: T,
    options: { expiresAt: number; isEnded?: boolean | undefined },
  ): Promise<void>
  delete(state: string): Promise<void>
  /** Returns the browser's other connect flows, by state. */
  otherFlows(state: string): Promise<Map<string, T>>
}

/** The prefix of a login's state. Those of connect flows begin with `connect.`. */
export const LOGIN_PREFIX = 'login.'
/** What stands before the state in the name of a cookie whose flow has ended. No state begins with it. */
const ENDED_PREFIX = 'ended.'

/** How many logins, and how many connect flows, a browser can have at once. */
const MAX_TRANSACTIONS = 5
/** How many flows one answer removes at most: somebody else may have set thousands of cookies with our names. */
const MAX_REMOVED = 10
/** How long an expired transaction is kept, in seconds, so that a late callback is reported as late. */
const GRACE = 3600
/** How much room is left for a flow, in bytes, if the browser has none that it may replace. */
const FLOW_ROOM = 2000

/**
 * Creates the transactions of one browser. It can have 5 logins and 5 connect flows at once. One more replaces the oldest of
 * its kind, which is the first that the browser sends (RFC 6265 §5.4), and those that have ended before all others. If there is
 * no room, flows are removed in this order until the new one fits. `set` throws as follows.
 *
 * @throws {SessionError} `cookies_too_large`, if the transaction does not fit even without other flows.
 */
export function createTransactions<T>(jar: CookieJar, seal: Seal): Transactions<T> {
  const prefix = flowPrefix(jar)
  const namesOf = (state: string): [ended: string, pending: string] => [
    prefix + ENDED_PREFIX + state,
    prefix + state,
  ]
  async function get(state: string): Promise<T | undefined> {
    const [sealed] = namesOf(state).flatMap((name) => jar.get(name) ?? [])
    const isOurs = sealed !== undefined && sealed.length <= MAX_COOKIE
    const opened = isOurs ? await seal.open(sealed, 'transaction') : undefined
    const kept = opened as { state: string; record: T } | undefined // only `set` seals for this purpose
    return kept?.state === state ? kept.record : undefined
  }
  function setEnded(state: string, cookie: Cookie): void {
    const [name, pending] = namesOf(state)
    const changes = [removalOf(pending), { ...cookie, name }]
    const cookies = makeRoom(changes, jar, { keepFlows: true })
    jar.set(...(cookies ?? changes.slice(0, 1)))
  }
  return {
    get,
    async set(state, record, { expiresAt, isEnded = false }) {
      const value = await seal.close({ state, record }, 'transaction')
      const maxAge = Math.ceil((expiresAt - Date.now()) / 1000) + (isEnded ? 0 : GRACE)
      const cookie = { name: prefix + state, value, maxAge: Math.max(1, maxAge) }
      if (isEnded) return setEnded(state, cookie)
      const { ended, logins, others } = readFlows(jar, [cookie.name])
      const isLogin = state.startsWith(LOGIN_PREFIX)
      const surplus = [
        ...surplusOf(logins, isLogin ? 1 : 0),
        ...surplusOf([...ended, ...others], isLogin ? 0 : 1),
      ]
      jar.delete(...surplus.slice(0, MAX_REMOVED))
      jar.set(...(makeRoom([cookie], jar) ?? [cookie]))
    },
    async delete(state) {
      jar.delete(...namesOf(state).filter((name) => jar.get(name) !== undefined))
    },
    async otherFlows(state) {
      const { ended, others } = readFlows(jar, namesOf(state))
      // The newest alone: somebody else may have set thousands of cookies with our names.
      const names = [...ended, ...others].slice(-MAX_TRANSACTIONS)
      const records = new Map<string, T>()
      for (const name of names) {
        const other = name.slice(prefix.length).replace(ENDED_PREFIX, '')
        const record = await get(other)
        if (record) records.set(other, record)
      }
      return records
    },
  }
}

/** Which flows {@link makeRoom} may remove. */
interface MakeRoomOptions {
  /** True to remove only flows that have ended, and to leave room for one flow. Default: false. */
  keepFlows?: boolean
}

/**
 * Adds removals of flows to cookies until they fit: of those that have ended first, then of logins, because a link on any site
 * starts one, and of the oldest first.
 *
 * @returns undefined if they do not fit anyway.
 */
export function makeRoom(
  cookies: readonly Cookie[],
  jar: CookieJar,
  { keepFlows = false }: MakeRoomOptions = {},
): Cookie[] | undefined {
  const added = cookies.map(({ name }) => name)
  const { ended, logins, others } = readFlows(jar, added)
  const flows = [...logins, ...others]
  const reserve = keepFlows && flows.length === 0 ? FLOW_ROOM : 0
  const removable = (keepFlows ? ended : [...ended, ...flows]).slice(0, MAX_REMOVED)
  for (let count = 0; count <= removable.length; count += 1) {
    const removals = removable.slice(0, count).map(removalOf)
    if (jar.fits([...removals, ...cookies], reserve)) return [...removals, ...cookies]
  }
  return undefined
}

/** True if a `Set-Cookie` line only removes a flow. */
export function isFlowRemoval(line: string): boolean {
  return /^[\w-]*tx\.[\w.-]+=; Max-Age=0;/.test(line)
}

/** Returns the oldest flows of one kind that are too many if this number is added. */
function surplusOf(flows: string[], added: number): string[] {
  return flows.slice(0, Math.max(0, flows.length + added - MAX_TRANSACTIONS))
}

/** Returns the names of the browser's flows, the oldest first, without those in `except`. */
function readFlows(jar: CookieJar, except: readonly string[]) {
  const prefix = flowPrefix(jar)
  // Somebody else may have set cookies with this prefix, and names that cannot be set.
  const isOurs = (name: string) => /^[\w.-]+$/.test(name)
  const names = jar.names(prefix).filter((name) => isOurs(name) && !except.includes(name))
  const isEnded = (name: string) => name.startsWith(prefix + ENDED_PREFIX)
  const isLogin = (name: string) => name.startsWith(prefix + LOGIN_PREFIX)
  return {
    ended: names.filter(isEnded),
    logins: names.filter(isLogin),
    others: names.filter((name) => !isLogin(name) && !isEnded(name)),
  }
}

function flowPrefix({ prefix }: CookieJar): string {
  return `${prefix}tx.`
}
