import { parseCookie, parseSetCookie, stringifySetCookie } from 'cookie'
import { SessionError } from '../errors.js'

/** The current request and its response: cookies are read from the request and set on the response. */
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
  /** How the names of our cookies begin. */
  prefix: string
  /** Returns the cookies that the browser has after this response, in the order in which it sends them. */
  all(): Map<string, string>
  /** Sets cookies, all or none. */
  set(...cookies: Cookie[]): void
  delete(...names: string[]): void
  /**
   * True if the next request of the browser stays small enough with these cookies.
   *
   * @param reserve - How many bytes must remain free. Default: 0.
   */
  fits(cookies: readonly Cookie[], reserve?: number): boolean
}

/**
 * Returns the prefix of an application's cookies. `__Host-` binds them to one host (RFC 6265bis §4.1.3.2), but needs https.
 *
 * @param name - Default: `ca`, with the port of the URL if it has one, as a browser sends cookies to all ports of a host.
 */
function cookiePrefix({ protocol, port }: URL, name = port ? `ca-${port}` : 'ca'): string {
  return `${protocol === 'https:' ? '__Host-' : ''}${name}_`
}

/** Returns whether a text can begin the names of an application's cookies. The cookies of no two such texts are mixed up. */
export function isCookiePrefix(text: unknown): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9-]+$/.test(text)
}

/** How the cookies of an application are set. */
export interface CookieJarOptions {
  /** The application's `redirect_uri`. */
  url: URL
  /** Replaces `ca` at the beginning of the names. */
  name?: string | undefined
}

/** How long one cookie may be with its attributes, in bytes (RFC 6265 §6.1). */
const MAX_COOKIE = 4096
/** How long the header of all cookies may be, in bytes: nginx accepts 8 KB in a line by default, and others more. */
const MAX_HEADER = 8000

/** How many other cookies an error names. */
const MAX_NAMED = 20

const ATTRIBUTES = { path: '/', httpOnly: true, sameSite: 'lax' } as const

/** Values are base64url already, so they are not encoded. */
const unencoded = { decode: (text: string) => text, encode: (text: string) => text }

/**
 * Creates the cookie jar of one request and its response. A response that sets a cookie is marked `no-store`, so that no cache
 * keeps it. With https, cookies are `Secure`.
 *
 * @throws {SessionError} `cookies_too_large`, when a cookie is set that a browser or a proxy would refuse.
 */
export function createCookieJar(
  storeOptions: StoreOptions,
  { url, name: prefixName }: CookieJarOptions,
): CookieJar {
  const { request, response } = storeOptions
  const secure = url.protocol === 'https:'
  const all = () => {
    const sent = Object.entries(parseCookie(request.headers.get('cookie') ?? '', unencoded))
    const cookies = new Map(sent.map(([name, value = '']) => [name, value]))
    for (const line of response.headers.getSetCookie()) {
      const { name, value = '', maxAge, expires } = parseSetCookie(line, unencoded)
      const isRemoved = maxAge === undefined ? isPast(expires) : maxAge <= 0
      if (isRemoved) cookies.delete(name)
      else cookies.set(name, value)
    }
    return cookies
  }
  const fits = (added: readonly Cookie[], reserve = 0) => {
    const isTooLong = ({ name, value }: Cookie) => name.length + value.length + 100 > MAX_COOKIE
    const length = headerLength(withChanges(all(), added))
    return !added.some(isTooLong) && length + reserve <= MAX_HEADER
  }
  const set = (...cookies: Cookie[]) => {
    const added = cookies.filter(({ maxAge }) => maxAge > 0)
    if (added.length > 0 && !fits(cookies)) throw tooLarge(added, withChanges(all(), cookies))
    const names = new Set(cookies.map(({ name }) => name))
    const others = response.headers.getSetCookie().filter((line) => !names.has(nameOf(line)))
    const lines = cookies.map((cookie) =>
      stringifySetCookie({ ...cookie, ...ATTRIBUTES, secure }, unencoded),
    )
    response.headers.delete('set-cookie')
    for (const line of [...others, ...lines]) response.headers.append('set-cookie', line)
    response.headers.set('cache-control', 'no-store')
  }
  const remove = (...names: string[]) => {
    if (names.length > 0) set(...names.map((name) => ({ name, value: '', maxAge: 0 })))
  }
  return { prefix: cookiePrefix(url, prefixName), all, fits, set, delete: remove }
}

function isPast(time: Date | undefined): boolean {
  return time !== undefined && time.getTime() <= Date.now()
}

/** Returns the name of a `Set-Cookie` line's cookie. */
function nameOf(line: string): string {
  return line.slice(0, line.indexOf('='))
}

function withChanges(
  cookies: Map<string, string>,
  changes: readonly Cookie[],
): Map<string, string> {
  for (const { name, value, maxAge } of changes) {
    if (maxAge === 0) cookies.delete(name)
    else cookies.set(name, value)
  }
  return cookies
}

function headerLength(cookies: Map<string, string>): number {
  return [...cookies].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0)
}

function tooLarge(added: readonly Cookie[], cookies: Map<string, string>): SessionError {
  for (const { name } of added) cookies.delete(name)
  const sizes = [...cookies].slice(0, MAX_NAMED).map(([name, { length }]) => `${name} ${length}`)
  const [{ name = '', value = '' } = {}] = added
  return new SessionError('cookies_too_large', {
    message:
      `The cookie ${name} of ${value.length} bytes does not fit. A browser accepts ${MAX_COOKIE} bytes for one cookie, and ` +
      `proxies accept ${MAX_HEADER} for all. The others are: ${sizes.join(', ') || 'none'}. Keep appState short, ask for ` +
      'fewer claims, set fewer other cookies, or keep sessions in a store.',
  })
}
