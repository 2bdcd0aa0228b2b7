import type { IncomingMessage } from 'node:http'

/**
 * Returns the path of a request. Returns undefined if a URL parser would change the request target: for `..` in any spelling,
 * backslashes or a fragment. Otherwise, two parts of a server could read two different paths.
 */
export function readPath(request: IncomingMessage): string | undefined {
  takeOrigin(request)
  const [path = ''] = (request.url ?? '').split('?')
  // The parser needs an origin; any will do.
  const parsed = URL.canParse(`http://localhost${path}`) && new URL(`http://localhost${path}`)
  return parsed && parsed.pathname === path ? path : undefined
}

// RFC 9112 §3.2.2: if the target is an absolute URL, its origin replaces the `Host` header field.
function takeOrigin(request: IncomingMessage): void {
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(request.url ?? '') ?? []
  if (host === undefined) return
  request.headers.host = host
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}
