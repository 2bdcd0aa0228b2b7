import { parseSetCookie, type SetCookie } from 'cookie'
import type { StoreOptions } from '../cookies/cookie-jar.js'

/** What `next/headers` gives. */
export interface NextStoreOptions {
  /** `await headers()` */
  headers: Headers
  /** `await cookies()`, in a server action. Leave it out in a page, which can set no cookies. */
  cookies?: NextCookies | undefined
}

/** What is used of `await cookies()`. */
export interface NextCookies {
  set(cookie: SetCookie & { value: string }): unknown
}

/**
 * What the methods of the server client take, in a page or a server action of Next.js. Without `cookies` nothing is set: a
 * token that is refreshed in a page is refreshed again with the next request, so rotation has to be off, as Token Vault
 * wants it anyway, or sessions in a store.
 */
export function storeOptions({ headers, cookies }: NextStoreOptions): StoreOptions {
  return {
    request: { headers },
    response: { headers: cookies ? new CookieHeaders(cookies) : new Headers() },
  }
}

/** Headers of which the cookies are set at once. */
class CookieHeaders extends Headers {
  readonly #cookies: NextCookies

  constructor(cookies: NextCookies) {
    super()
    this.#cookies = cookies
  }

  override append(name: string, line: string): void {
    super.append(name, line)
    const { value = '', ...cookie } = parseSetCookie(line)
    if (name === 'set-cookie') this.#cookies.set({ ...cookie, value })
  }
}
