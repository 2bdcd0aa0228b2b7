import { parseSetCookie, type SetCookie } from 'cookie'
import type { StoreOptions } from '../cookies/cookie-jar.js'

/** What `next/headers` returns. */
export interface NextStoreOptions {
  /** `await headers()` */
  headers: Headers
  /** `await cookies()`, in a server action. Leave it out in a page, because a page cannot set cookies. */
  cookies?: NextCookies | undefined
}

/** The part of `await cookies()` that this package uses. */
export interface NextCookies {
  set(cookie: SetCookie & { value: string }): unknown
}

/**
 * Returns what the methods of the server client take, for a page or a server action of Next.js.
 *
 * A page cannot set cookies, so a token that is refreshed in a page is refreshed again on the next request. If your
 * pages ask for tokens, turn refresh token rotation off (Token Vault needs that anyway), or keep sessions in a store.
 *
 * @example
 * ```ts
 * import { cookies, headers } from 'next/headers'
 *
 * export async function logout() {
 *   'use server'
 *   const store = storeOptions({ headers: await headers(), cookies: await cookies() })
 *   redirect(await server.logout({}, store))
 * }
 * ```
 */
export function storeOptions({ headers, cookies }: NextStoreOptions): StoreOptions {
  return {
    request: { headers },
    response: { headers: cookies ? new CookieHeaders(cookies) : new Headers() },
  }
}

/** Headers that set their cookies in Next.js at once. */
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
