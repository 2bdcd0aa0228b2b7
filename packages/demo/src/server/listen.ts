import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

/** A server that listens. */
export interface Listening {
  /** Its address for a browser, `http://localhost:3000`. */
  origin: string
  /** Stops at once, also what is being answered. */
  close(): void
}

type Fetch = (request: Request) => Response | Promise<Response>

/**
 * Serves on the loopback addresses of IPv4 and IPv6, so that `localhost` is this server whichever it resolves to, and
 * nobody outside this machine reaches it. Port 0 takes a free one. Rejects with `EADDRINUSE` where the port is taken.
 */
export async function listen(port: number, serve: (origin: string) => Fetch): Promise<Listening> {
  const server = await bind('127.0.0.1', port)
  // `address` is a string only for pipes.
  const { port: actual } = server.address() as AddressInfo
  const servers = [server]
  try {
    servers.push(await bind('::1', actual))
  } catch (error) {
    if (isPortTaken(error)) {
      server.close()
      if (port === 0) return listen(port, serve) // free on one of the two only
      throw error
    }
    // This machine has no IPv6.
  }
  const origin = `http://localhost:${actual}`
  const listener = getRequestListener(serve(origin))
  for (const each of servers) each.on('request', listener)
  return { origin, close: () => servers.forEach(stop) }
}

/** Whether an error, or its cause, says that the port is taken. */
export function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'EADDRINUSE') || isPortTaken(error.cause)
}

function bind(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function stop(server: Server): void {
  server.close()
  server.closeAllConnections()
}
