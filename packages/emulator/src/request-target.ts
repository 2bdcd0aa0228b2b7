import type { IncomingMessage } from 'node:http'

/**
 * The path of a request, or `undefined` where the target is not written as a URL parser writes it: `..` in any spelling,
 * backslashes, a fragment. What one part of a server would take for one path, and the next for another, goes no further.
 */
export function readPath(request: IncomingMessage): string | undefined {
  takeOrigin(request)
  const [path = ''] = (request.url ?? '').split('?')
  // Such a target is the path of no file, so that any origin will do.
  const parsed = URL.canParse(`http://localhost${path}`) && new URL(`http://localhost${path}`)
  return parsed && parsed.pathname === path ? path : undefined
}

// RFC 9112 §3.2.2: of a target in absolute form, the origin stands in the place of the `Host` header field.
function takeOrigin(request: IncomingMessage): void {
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(request.url ?? '') ?? []
  if (host === undefined) return
  request.headers.host = host
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}
