import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** Answers one request. A rejection is logged and answered with a 500 that tells nothing. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A server that only this machine can reach. */
export interface LoopbackServer {
  /** `http://localhost:{port}`. */
  readonly url: string
  /** Says who answers; before that, every request gets a 503. */
  serve(handler: Handler): void
  /** Ends open connections, too. */
  close(): Promise<void>
}

const addresses = ['127.0.0.1', '::1']

/**
 * Listens on both addresses that `localhost` may stand for, so that nobody reaches another server by chance of resolution. Port
 * 0 takes any that is free on both. Rejects with the port and the way out if it is taken.
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  const servers: Server[] = []
  let handler: Handler = async (_request, response) => {
    response.writeHead(503).end()
  }
  const close = async () => {
    await Promise.all(servers.map(stop))
  }
  try {
    for (const address of addresses) {
      const server = createServer((request, response) => answer(handler, request, response))
      if (await listen(server, address, portOf(servers) ?? port)) servers.push(server)
    }
  } catch (error) {
    await close()
    if (!isCode(error, 'EADDRINUSE')) throw error
    // Free on the first address, but not on the second: try another one.
    if (port === 0) return listenOnLoopback(port)
    throw taken(port, error)
  }
  return {
    url: `http://localhost:${portOf(servers) ?? port}`,
    serve: (next) => {
      handler = next
    },
    close,
  }
}

function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): void {
  handler(request, response).catch((error) => {
    console.error(error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
}

function listen(server: Server, address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // A machine may be without IPv6.
    const isMissing = (error: unknown) =>
      isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'EAFNOSUPPORT')
    server.once('error', (error) => (isMissing(error) ? resolve(false) : reject(error)))
    server.listen(port, address, () => resolve(true))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function portOf([server]: Server[]): number | undefined {
  const address = server?.address()
  return typeof address === 'object' ? address?.port : undefined
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function taken(port: number, cause: unknown): Error {
  const message = `Port ${port} is taken: stop what listens there, or choose another port (0 takes any that is free)`
  return new Error(message, { cause })
}
