import { parseCookie, parseSetCookie, stringifySetCookie } from 'cookie'
import { SessionError } from '../errors.js'

/** The request that is being answered, and the answer so far: cookies are read from one and set on the other. */
export interface StoreOptions {
  request: Pick<Request, 'headers'>
  /** A Response whose headers can be changed, or `{ headers: new Headers() }` to make one of later. */
  response: { headers: Headers }
}

/** A cookie to set. */
export interface Cookie {
  name: string
  value: string
  /** Seconds; 0 removes the cookie. */
  maxAge: number
}

/** The cookies of an application. */
export interface CookieJar {
  /** What the browser will have after this answer, in the order in which it sends them. */
  all(): Map<string, string>
  set(cookie: Cookie): void
  delete(name: string): void
  /** Whether the request after this answer stays small enough with these cookies set. */
  fits(cookies: readonly Cookie[]): boolean
}

/** The prefix of our cookies: `__Host-` binds them to the very host (RFC 6265bis §4.1.3.2), but needs https. */
export function cookiePrefix(secure: boolean): string {
  return `${secure ? '__Host-' : ''}ca_`
}

/** What one cookie may have with its attributes (RFC 6265 §6.1). */
const MAX_COOKIE = 4096
/** What the header of all cookies may have: nginx takes 8 KB in a line unless told otherwise, and others more. */
const MAX_HEADER = 8000

const ATTRIBUTES = { path: '/', httpOnly: true, sameSite: 'lax' } as const

/** Values are base64url already. */
const asItIs = { decode: (text: string) => text, encode: (text: string) => text }

/**
 * The cookies of one request and its answer. An answer that sets one is never kept by a cache. Setting one throws
 * `SessionError` `cookies_too_large` where a browser or a proxy would refuse it.
 */
export function createCookieJar(storeOptions: StoreOptions, secure: boolean): CookieJar {
  const { request, response } = storeOptions
  const all = () => {
    const sent = Object.entries(parseCookie(request.headers.get('cookie') ?? '', asItIs))
    const cookies = new Map(sent.map(([name, value = '']) => [name, value]))
    for (const line of response.headers.getSetCookie()) {
      const { name, value = '', maxAge } = parseSetCookie(line, asItIs)
      if (maxAge === 0) cookies.delete(name)
      else cookies.set(name, value)
    }
    return cookies
  }
  const fits = (added: readonly Cookie[]) => {
    const cookies = all()
    for (const { name, value, maxAge } of added) {
      if (maxAge === 0) cookies.delete(name)
      else cookies.set(name, value)
    }
    const isTooLong = ({ name, value }: Cookie) => name.length + value.length + 100 > MAX_COOKIE
    return !added.some(isTooLong) && headerLength(cookies) <= MAX_HEADER
  }
  const set = (cookie: Cookie) => {
    if (cookie.maxAge > 0 && !fits([cookie])) throw tooLarge(cookie, all())
    const { name } = cookie
    const others = response.headers.getSetCookie().filter((line) => !line.startsWith(`${name}=`))
    const line = stringifySetCookie({ ...cookie, ...ATTRIBUTES, secure }, asItIs)
    response.headers.delete('set-cookie')
    for (const each of [...others, line]) response.headers.append('set-cookie', each)
    response.headers.set('cache-control', 'no-store')
  }
  return { all, fits, set, delete: (name) => set({ name, value: '', maxAge: 0 }) }
}

function headerLength(cookies: Map<string, string>): number {
  return [...cookies].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0)
}

function tooLarge({ name, value }: Cookie, cookies: Map<string, string>): SessionError {
  const sizes = [...cookies].map(([other, text]) => `${other} ${text.length}`).join(', ')
  return new SessionError('cookies_too_large', {
    message:
      `The cookie ${name} of ${value.length} bytes does not fit: a browser takes ${MAX_COOKIE} a cookie, and proxies ` +
      `take ${MAX_HEADER} in all; there are ${sizes || 'no others'}. Keep appState short, ask for fewer claims and ` +
      'other cookies, or keep sessions in a store.',
  })
}
