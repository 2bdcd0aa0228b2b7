import { parseCookie, parseSetCookie, stringifySetCookie } from 'cookie'
import { SessionError } from '../errors.js'

/** The current request and its response: cookies are read from the one and set on the other. */
export interface StoreOptions {
  request: Pick<Request, 'headers'>
  /** A Response whose headers can be changed, or `{ headers: new Headers() }` to make a Response from later. */
  response: { headers: Headers }
}

/** A cookie to set. */
export interface Cookie {
  name: string
  value: string
  /** How long the browser keeps the cookie, in seconds. 0 removes it. */
  maxAge: number
}

/** The cookies of one browser. */
export interface CookieJar {
  /** Returns the cookies that the browser has after this response, in the order in which it sends them. */
  all(): Map<string, string>
  set(cookie: Cookie): void
  delete(name: string): void
  /** True if the next request of the browser stays small enough with these cookies. */
  fits(cookies: readonly Cookie[]): boolean
}

/** Returns the prefix of our cookies. `__Host-` binds them to one host (RFC 6265bis §4.1.3.2), but needs https. */
export function cookiePrefix(secure: boolean): string {
  return `${secure ? '__Host-' : ''}ca_`
}

/** How long one cookie may be with its attributes, in bytes (RFC 6265 §6.1). */
const MAX_COOKIE = 4096
/** How long the header of all cookies may be, in bytes: nginx accepts 8 KB in a line by default, and others more. */
const MAX_HEADER = 8000

const ATTRIBUTES = { path: '/', httpOnly: true, sameSite: 'lax' } as const

/** Values are base64url already, so they are not encoded. */
const unencoded = { decode: (text: string) => text, encode: (text: string) => text }

/**
 * Creates the cookie jar of one request and its response. A response that sets a cookie is marked `no-store`, so that no cache
 * keeps it. Setting a cookie throws as follows.
 *
 * @throws {SessionError} `cookies_too_large`, if a browser or a proxy would refuse the cookie.
 */
export function createCookieJar(storeOptions: StoreOptions, secure: boolean): CookieJar {
  const { request, response } = storeOptions
  const all = () => {
    const sent = Object.entries(parseCookie(request.headers.get('cookie') ?? '', unencoded))
    const cookies = new Map(sent.map(([name, value = '']) => [name, value]))
    for (const line of response.headers.getSetCookie()) {
      const { name, value = '', maxAge } = parseSetCookie(line, unencoded)
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
    const line = stringifySetCookie({ ...cookie, ...ATTRIBUTES, secure }, unencoded)
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
      `The cookie ${name} of ${value.length} bytes does not fit. A browser accepts ${MAX_COOKIE} bytes for one cookie, and ` +
      `proxies accept ${MAX_HEADER} for all. The others are: ${sizes || 'none'}. Keep appState short, ask for fewer ` +
      'claims, set fewer other cookies, or keep sessions in a store.',
  })
}
