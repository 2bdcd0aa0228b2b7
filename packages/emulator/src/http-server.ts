import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Certificate } from './certificate.js'

/** Answers one request. A rejection is logged and answered with a 500 that tells nothing. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A server that listens. */
export interface HttpServer {
  /** `http://localhost:{port}`, or `https`, and with the host that it was given if that is one to call it by. */
  readonly url: string
  /** The same place by another host name. */
  urlOf(name: string): string
  /** Says who answers; before that, every request gets a 503. */
  serve(handler: Handler): void
  /** Ends open connections, too. */
  close(): Promise<void>
}

/** Where and how to listen. */
export interface Listening {
  host: string
  /** 0 takes any that is free. */
  port: number
  /** With one it speaks https only. */
  certificate?: Certificate | undefined
}

const loopback = ['127.0.0.1', '::1']

/** Whether nobody but this machine reaches a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback.includes(host)
}

/**
 * Listens on a host, and for `localhost` on both addresses that it may stand for, so that nobody reaches another server by
 * chance of resolution. Rejects with the port and the way out if it is taken, or with the host if it is none of this machine.
 */
export async function listenOn(listening: Listening): Promise<HttpServer> {
  const { host, port, certificate } = listening
  const addresses = isLoopback(host) ? loopback : [host]
  const servers: Server[] = []
  let handler: Handler = async (_request, response) => {
    response.writeHead(503).end()
  }
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    answer(handler, request, response)
  const close = async () => {
    await Promise.all(servers.map(stop))
  }
  try {
    for (const address of addresses) {
      const server = certificate ? createTlsServer(certificate, listener) : createServer(listener)
      if (await listen(server, address, portOf(servers) ?? port)) servers.push(server)
    }
    if (servers.length === 0) throw noHost(host)
  } catch (error) {
    await close()
    if (isCode(error, 'ENOTFOUND') || isCode(error, 'EAI_AGAIN')) throw noHost(host, error)
    if (!isCode(error, 'EADDRINUSE')) throw error
    // Free on the first address, but not on the second: try another one.
    if (port === 0) return listenOn(listening)
    throw taken(port, error)
  }
  const scheme = certificate ? 'https' : 'http'
  // An origin leaves out the default port, as every caller will.
  const urlOf = (name: string) => new URL(`${scheme}://${name}:${portOf(servers) ?? port}`).origin
  return {
    url: urlOf(nameOf(host)),
    urlOf,
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

function noHost(host: string, cause?: unknown): Error {
  return new Error(`The host ${host} is not one of this machine`, { cause })
}

// Every address, and this machine's own, is still called localhost, which SDKs and browsers take without https.
function nameOf(host: string): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
