import type { HttpServer } from './server.js'

/** The origin at which callers reach a server, and whether its proxy is trusted. */
export interface PublicUrl {
  publicOrigin: string | undefined
  trustProxy: boolean
}

/** Returns the host name of an origin, without the brackets of an IPv6 address. */
export function hostnameOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '')
}

/** Returns the server with the public origin instead of the one at which it listens. */
export function withPublicUrl(
  server: HttpServer,
  { publicOrigin }: Pick<PublicUrl, 'publicOrigin'>,
): HttpServer {
  if (publicOrigin === undefined) return server
  const { protocol, port } = new URL(publicOrigin)
  const urlOf = (name: string) => new URL(`${protocol}//${name}${port && `:${port}`}`).origin
  return { ...server, url: publicOrigin, urlOf }
}
