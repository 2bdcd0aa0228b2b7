import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

/** A server that listens. */
export interface Listening {
  /** The address to open in a browser, for example `http://localhost:3000`. */
  origin: string
  /** Stops the server and aborts open requests. */
  close(): void
}

type Fetch = (request: Request) => Response | Promise<Response>

/**
 * Serves on the loopback addresses of IPv4 and IPv6, because `localhost` can resolve to either. Other machines cannot reach it. Port 0
 * takes any free port. Rejects with `EADDRINUSE` if the port is taken.
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
      if (port === 0) return listen(port, serve) // the port was free on only one of the two addresses
      throw error
    }
    // This machine has no IPv6.
  }
  const origin = `http://localhost:${actual}`
  const listener = getRequestListener(serve(origin))
  for (const each of servers) each.on('request', listener)
  return { origin, close: () => servers.forEach(stop) }
}

/** Returns whether an error, or its cause, means that the port is taken. */
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
