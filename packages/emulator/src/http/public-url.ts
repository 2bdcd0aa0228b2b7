import type { IncomingMessage } from 'node:http'
import type { Handler, HttpServer } from './server.js'

/** The origin at which callers reach a server, and whether its proxy is trusted. */
export interface PublicUrl {
  publicOrigin: string | undefined
  trustProxy: boolean
}

/** Returns the host name of an origin, without the brackets of an IPv6 address. */
export function hostnameOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '')
}

/** Returns the server with the public origin in place of its own. */
export function withPublicUrl(
  server: HttpServer,
  { publicOrigin }: Pick<PublicUrl, 'publicOrigin'>,
): HttpServer {
  if (publicOrigin === undefined) return server
  const { protocol, port } = new URL(publicOrigin)
  const urlOf = (name: string) => new URL(`${protocol}//${name}${port && `:${port}`}`).origin
  return { ...server, url: publicOrigin, urlOf }
}

/**
 * Wraps a handler. It gets `X-Forwarded-For` only from a trusted proxy, and then with the host that the caller asked for. No other
 * `X-Forwarded-*` reaches it.
 */
export function withForwarded(
  handler: Handler,
  { trustProxy }: Pick<PublicUrl, 'trustProxy'>,
): Handler {
  return (request, response) => {
    readForwarded(request, trustProxy)
    return handler(request, response)
  }
}

function readForwarded({ headers }: IncomingMessage, trustProxy: boolean): void {
  // The last value is the one that the proxy has added. The caller may have sent those before it.
  const host = [headers['x-forwarded-host'] ?? []].flat().join(',').split(',').at(-1)?.trim()
  if (trustProxy && host) headers.host = host
  for (const name of Object.keys(headers)) {
    const isKept = trustProxy && name === 'x-forwarded-for'
    if (name.startsWith('x-forwarded-') && !isKept) delete headers[name]
  }
}
