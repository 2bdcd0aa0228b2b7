import { parseSetCookie, stringifySetCookie } from 'cookie'
import { SessionError } from '../errors.js'
import { findCookie, findNames } from './cookie-header.js'

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

/** Returns what removes a cookie. */
export function removalOf(name: string): Cookie {
  return { name, value: '', maxAge: 0 }
}

/** The cookies of one browser. */
export interface CookieJar {
  /** How the names of our cookies begin. */
  prefix: string
  /** Returns the value that a cookie has after this response. Undefined if the browser has no such cookie. */
  get(name: string): string | undefined
  /** Returns the names of the cookies that begin with a prefix, in the order in which the browser sends them. */
  names(prefix: string): string[]
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
export const MAX_COOKIE = 4096
/** How long the header of all cookies may be, in bytes: nginx accepts 8 KB in a line by default, and others more. */
const MAX_HEADER = 8000

/** How many cookies of the request an error names. */
const MAX_NAMED = 20

const ATTRIBUTES = { path: '/', httpOnly: true, sameSite: 'lax' } as const

/** Values are base64url already, so they are not encoded. */
const unencoded = { decode: (text: string) => text, encode: (text: string) => text }

/** The cookies that a response sets, by name. Undefined if it removes the cookie. */
type Changes = Map<string, string | undefined>

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
  const sent = request.headers.get('cookie') ?? ''
  const changes = () => changesOf(response.headers)
  const names = (prefix: string) => {
    const all = changes()
    const known = [...findNames(sent, prefix), ...all.keys()]
    return [...new Set(known)].filter((name) => name.startsWith(prefix) && !isRemoved(all, name))
  }
  const fits = (added: readonly Cookie[], reserve = 0) => {
    const isTooLong = ({ name, value }: Cookie) => name.length + value.length + 100 > MAX_COOKIE
    const length = headerLength(sent, withCookies(changes(), added))
    return !added.some(isTooLong) && length + reserve <= MAX_HEADER
  }
  const set = (...cookies: Cookie[]) => {
    const [added] = cookies.filter(({ maxAge }) => maxAge > 0)
    if (added && !fits(cookies)) throw tooLarge(added, sent, withCookies(changes(), cookies))
    const replaced = new Set(cookies.map(({ name }) => name))
    const others = response.headers.getSetCookie().filter((line) => !replaced.has(nameOf(line)))
    const lines = cookies.map((cookie) =>
      stringifySetCookie({ ...cookie, ...ATTRIBUTES, secure }, unencoded),
    )
    response.headers.delete('set-cookie')
    for (const line of [...others, ...lines]) response.headers.append('set-cookie', line)
    response.headers.set('cache-control', 'no-store')
  }
  const remove = (...removed: string[]) => set(...removed.map(removalOf))
  const get = (name: string) => valueAfter(changes(), sent, name)
  return { prefix: cookiePrefix(url, prefixName), get, names, fits, set, delete: remove }
}

function changesOf(headers: Headers): Changes {
  const lines = headers.getSetCookie().map((line) => parseSetCookie(line, unencoded))
  return new Map(
    lines.map(({ name, value, maxAge, expires }) => {
      const isRemoval = maxAge === undefined ? isPast(expires) : maxAge <= 0
      return [name, isRemoval ? undefined : value]
    }),
  )
}

function isPast(time: Date | undefined): boolean {
  return time !== undefined && time.getTime() <= Date.now()
}

function withCookies(changes: Changes, cookies: readonly Cookie[]): Changes {
  const more = cookies.map(
    ({ name, value, maxAge }) => [name, maxAge > 0 ? value : undefined] as const,
  )
  return new Map([...changes, ...more])
}

function isRemoved(changes: Changes, name: string): boolean {
  return changes.has(name) && changes.get(name) === undefined
}

/** Returns the value that a cookie has after the changes. */
function valueAfter(changes: Changes, sent: string, name: string): string | undefined {
  return changes.has(name) ? changes.get(name) : findCookie(sent, name)
}

/** Returns the name of a `Set-Cookie` line's cookie. */
function nameOf(line: string): string {
  return line.slice(0, line.indexOf('='))
}

/** Returns how long the `Cookie` header is after the changes. */
function headerLength(sent: string, changes: Changes): number {
  const more = [...changes].map(
    ([name, value]) => sizeOf(name, value) - sizeOf(name, findCookie(sent, name)),
  )
  return more.reduce((sum, size) => sum + size, sent.length)
}

/** Returns how much of the header a cookie takes. */
function sizeOf(name: string, value: string | undefined): number {
  return value === undefined ? 0 : name.length + value.length + 3
}

function tooLarge(added: Cookie, sent: string, changes: Changes): SessionError {
  const known = new Set([...findNames(sent, '', MAX_NAMED), ...changes.keys()])
  const others = [...known].filter((name) => name !== added.name && !isRemoved(changes, name))
  const sizes = others.map((name) => `${name} ${valueAfter(changes, sent, name)?.length}`)
  return new SessionError('cookies_too_large', {
    message:
      `The cookie ${added.name} of ${added.value.length} bytes does not fit. A browser accepts ${MAX_COOKIE} bytes for one cookie, and ` +
      `proxies accept ${MAX_HEADER} for all. The others are: ${sizes.join(', ') || 'none'}. Keep appState short, ask for ` +
      'fewer claims, set fewer other cookies, or keep sessions in a store.',
  })
}
