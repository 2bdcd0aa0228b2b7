import { type Cookie, type CookieJar, removalOf } from './cookie-jar.js'
import type { Seal } from './seal.js'
import { makeRoom } from './transaction-cookies.js'

/** The cookie of a session, sealed, and split into as many pieces as it needs. */
export interface SessionCookie {
  /** Returns what the cookie holds. Undefined if there is none, or if somebody has changed it. */
  get(): Promise<unknown>
  /**
   * Makes the cookie hold a value.
   *
   * @param value - Any JSON.
   * @param maxAge - How long the browser keeps it, in seconds.
   * @param options.keepFlows - True to leave room for a flow, and to remove only flows that have ended. By default, if there
   *   is no room for the value, the oldest flows of the browser are removed.
   * @returns False if the value is too large. Then nothing is set.
   */
  set(value: unknown, maxAge: number, options?: { keepFlows?: boolean }): Promise<boolean>
  delete(): void
}

/** How long one piece is, in bytes: a browser takes 4096 with the name and the attributes. */
const CHUNK = 3800
/** How many pieces a session has at most: more do not fit into the header. Somebody else may have set hundreds. */
const MAX_CHUNKS = 3

/** Creates the session's cookie of a request, in pieces with names like `ca_session.0`, `ca_session.1` and so on. */
export function createSessionCookie(jar: CookieJar, seal: Seal): SessionCookie {
  const nameOf = (index: number) => `${jar.prefix}session.${index}`
  const pieces = () => {
    const values: string[] = []
    for (let value = jar.get(nameOf(0)); value; value = jar.get(nameOf(values.length))) {
      if (values.push(value) > MAX_CHUNKS) break
    }
    return values
  }
  const removals = (from: number): Cookie[] =>
    pieces()
      .map((_, index) => removalOf(nameOf(index)))
      .slice(from)
  const setIfFits = (cookies: Cookie[] | undefined) => {
    if (cookies) jar.set(...cookies)
    return cookies !== undefined
  }
  return {
    async get() {
      const values = pieces()
      const isOurs = values.length <= MAX_CHUNKS && values.every(({ length }) => length <= CHUNK)
      return isOurs ? seal.open(values.join(''), 'session') : undefined
    },
    async set(value, maxAge, { keepFlows = false } = {}) {
      const sealed = await seal.close(value, 'session')
      const chunks = Array.from({ length: Math.ceil(sealed.length / CHUNK) }, (_, index) =>
        sealed.slice(index * CHUNK, (index + 1) * CHUNK),
      )
      const added = chunks.map((chunk, index) => ({ name: nameOf(index), value: chunk, maxAge }))
      // The answer to another request may have set one piece more, which must not be read together with these.
      const end = removalOf(nameOf(chunks.length))
      const changes = [end, ...removals(chunks.length + 1), ...added]
      return setIfFits(makeRoom(changes, jar, { keepFlows }))
    },
    delete() {
      jar.delete(...removals(0).map(({ name }) => name))
    },
  }
}
