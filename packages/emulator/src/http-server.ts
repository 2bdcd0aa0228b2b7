import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Certificate } from './certificate.js'
import { BodyTooLarge, tooLarge } from './request-body.js'
import { readWhole, type WholeRequest } from './whole-request.js'

/** Answers one request, once all of it is there. A rejection is logged and answered with a 500 that tells nothing. */
export type Handler = (request: WholeRequest, response: ServerResponse) => Promise<void>

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
  patience?: Patience
}

/** How long a client may take, in milliseconds, before it gets a 408 and its connection ends. */
export interface Patience {
  /** For the headers of a request; 10 seconds unless told otherwise. */
  headers: number
  /** For all of it; 30 seconds unless told otherwise. */
  request: number
}

const patient: Patience = { headers: 10_000, request: 30_000 }

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
  const { host, port, certificate, patience = patient } = listening
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
      const server = certificate
        ? createTlsServer({ ...certificate, ...timeouts(patience) }, listener)
        : createServer(timeouts(patience), listener)
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

function timeouts({ headers, request }: Patience): ServerOptions {
  return {
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: headers / 10,
  }
}

/** Has the handler answer a request once all of it is there, but 413 to one that is too large. */
export async function answer(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handler(await readWhole(request), response)
  } catch (error) {
    // Nobody is there any more who could be answered.
    if (request.readableAborted) return
    if (error instanceof BodyTooLarge) return refuse(request, response, error)
    console.error(error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  }
}

// What still comes is read and dropped, or the client would find its connection reset before it has read the answer.
function refuse(request: IncomingMessage, response: ServerResponse, error: BodyTooLarge): void {
  response.writeHead(413, { 'content-type': 'application/json' })
  response.end(JSON.stringify(tooLarge(error)))
  request.resume()
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

/** What a host is called: every address, and this machine's own, still localhost, which SDKs and browsers take without https. */
export function nameOf(host: string): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
