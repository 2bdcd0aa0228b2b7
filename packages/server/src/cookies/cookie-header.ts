/**
 * Returns the value of a cookie in a `Cookie` header. If the header has several of this name, returns the first, which has the
 * longest path or is the oldest (RFC 6265 §5.4).
 *
 * A stranger may send thousands of cookies. So this searches the text, and builds no list of all cookies as a parser does.
 */
export function findCookie(header: string, name: string): string | undefined {
  const start = `${name}=`
  for (let at = header.indexOf(start); at >= 0; at = header.indexOf(start, at + 1)) {
    if (isStart(header, at)) return header.slice(at + start.length, endOf(header, at))
  }
  return undefined
}

/** Browsers keep about 180 cookies of a host. */
const MAX_NAMES = 200

/**
 * Returns the names in a `Cookie` header that begin with a prefix, in the order of the header.
 *
 * @param limit - How many names to return at most. Default: 200, because a browser has no more.
 */
export function findNames(header: string, prefix: string, limit = MAX_NAMES): string[] {
  const names = new Set<string>()
  let at = header.indexOf(prefix)
  while (at >= 0 && at < header.length && names.size < limit) {
    const end = isStart(header, at) ? endOf(header, at) : at
    const cookie = header.slice(at, end)
    const name = cookie.slice(0, Math.max(0, cookie.indexOf('='))).trim()
    if (name) names.add(name)
    at = header.indexOf(prefix, end + 1)
  }
  return [...names]
}

/** True if a cookie begins at this index. */
function isStart(header: string, index: number): boolean {
  let before = index - 1
  while (header[before] === ' ') before -= 1
  return before === -1 || header[before] === ';'
}

/** Returns the index after the cookie that begins at an index. */
function endOf(header: string, index: number): number {
  const end = header.indexOf(';', index)
  return end === -1 ? header.length : end
}
