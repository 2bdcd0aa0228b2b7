import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { BodyTooLarge, tooLarge } from './body.js'
import { type BufferedRequest, bufferRequest } from './buffered-request.js'
import type { Certificate } from './certificate.js'

/** Responds to one request whose body has arrived. If it rejects, the server logs the error and responds with an empty 500. */
export type Handler = (request: BufferedRequest, response: ServerResponse) => Promise<void>

/** A server that listens. */
export interface HttpServer {
  /** The server's origin: `http` or `https`, the host (`localhost` for all addresses and loopback ones), and the port. */
  readonly url: string
  /** Returns the origin with another host name. */
  urlOf(name: string): string
  /** Sets the handler. Before that, the server responds to every request with 503. */
  serve(handler: Handler): void
  /** Stops the server and closes open connections. */
  close(): Promise<void>
}

/** The address to listen on, and the certificate. */
export interface Listening {
  host: string
  /** The port; 0 takes any free port. */
  port: number
  /** The certificate. If there is one, the server serves https only. */
  certificate?: Certificate | undefined
  patience?: Patience
}

/** How many milliseconds a client can take to send a request. Then the server responds with 408 and closes the connection. */
export interface Patience {
  /** For the headers of a request: 10 seconds by default. */
  headers: number
  /** For the whole request: 30 seconds by default. */
  request: number
}

const patient: Patience = { headers: 10_000, request: 30_000 }

const loopback = ['127.0.0.1', '::1']

/** Returns whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback.includes(host)
}

/**
 * Listens on a host. For `localhost`, it listens on 127.0.0.1 and ::1, because callers may resolve the name to either. Rejects with
 * a message that says what to do if the port is taken, or that names the host if it is not an address of this machine.
 */
export async function listenOn(listening: Listening): Promise<HttpServer> {
  const { host, port, certificate, patience = patient } = listening
  const addresses = isLoopback(host) ? loopback : [host]
  const servers: Server[] = []
  let handler: Handler = async (_request, response) => {
    response.writeHead(503).end()
  }
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    handleRequest(handler, request, response)
  const close = async () => {
    await Promise.all(servers.map(closeServer))
  }
  try {
    for (const address of addresses) {
      const server = certificate
        ? createTlsServer({ ...certificate, ...timeouts(patience) }, listener)
        : createServer(timeouts(patience), listener)
      trackSockets(server)
      if (await listen(server, address, portOf(servers) ?? port)) servers.push(server)
    }
    if (servers.length === 0) throw noHost(host)
  } catch (error) {
    await close()
    if (isCode(error, 'ENOTFOUND') || isCode(error, 'EAI_AGAIN')) throw noHost(host, error)
    if (!isCode(error, 'EADDRINUSE')) throw error
    // The port is free on the first address but not on the second: try another port.
    if (port === 0) return listenOn(listening)
    throw taken(port, error)
  }
  const scheme = certificate ? 'https' : 'http'
  // `origin` leaves out the scheme's default port, as callers do.
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

function timeouts({ headers, request }: Patience): ServerOptions {
  return {
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: headers / 10,
  }
}

/** Waits for the whole request and passes it to the handler. Responds with 413 if the request is too large. */
export async function handleRequest(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handler(await bufferRequest(request), response)
  } catch (error) {
    // The client has closed the connection, so there is nobody to respond to.
    if (request.readableAborted) return
    if (error instanceof BodyTooLarge) return refuseTooLarge(request, response, error)
    console.error(error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  }
}

// Reads and drops the rest of the request. Otherwise the client's connection would be reset before it has read the response.
function refuseTooLarge(
  request: IncomingMessage,
  response: ServerResponse,
  error: BodyTooLarge,
): void {
  response.writeHead(413, { 'content-type': 'application/json' })
  response.end(JSON.stringify(tooLarge(error)))
  request.resume()
}

function listen(server: Server, address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // Some machines have no IPv6.
    const isMissing = (error: unknown) =>
      isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'EAFNOSUPPORT')
    server.once('error', (error) => (isMissing(error) ? resolve(false) : reject(error)))
    server.listen(port, address, () => resolve(true))
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
    for (const socket of socketsOf.get(server) ?? []) socket.destroy()
  })
}

/** The open sockets of each server. `closeAllConnections` leaves out those that have not finished their TLS handshake. */
const socketsOf = new WeakMap<Server, Set<Socket>>()

function trackSockets(server: Server): void {
  const sockets = new Set<Socket>()
  socketsOf.set(server, sockets)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
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
  const message = `Port ${port} is taken: stop the program that uses it, or choose another port (0 takes any free port)`
  return new Error(message, { cause })
}

function noHost(host: string, cause?: unknown): Error {
  const message = `The host ${host} is not an address of this machine: use localhost, 0.0.0.0 or one of its addresses`
  return new Error(message, { cause })
}

/**
 * Returns the name of a host in URLs. For loopback addresses, 0.0.0.0 and :: it is localhost, which SDKs and browsers accept without
 * https.
 */
export function nameOf(host: string): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
