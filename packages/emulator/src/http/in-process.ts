import { createServer, type IncomingMessage, request as send } from 'node:http'
import { type Duplex, duplexPair, Readable } from 'node:stream'
import { type Handler, type HttpServer, handleRequest, nameOf } from './server.js'

/** A function like the global `fetch` that reaches only the origins of one emulator. It does not follow redirects. */
export type Fetch = (input: Request | string | URL, init?: RequestInit) => Promise<Response>

/** A server that only this process can reach: Node's own server, with connections in memory. */
export interface InProcessServer {
  /** Sends a request to the server. Rejects with a `TypeError` if there is no response, or if the server does not have the origin. */
  fetch: Fetch
  /** Stops the server and closes open connections. */
  close(): void
}

/** Creates a server in memory for requests to `origins`. */
export function serveInProcess(handler: Handler, origins: readonly string[]): InProcessServer {
  const server = createServer((request, response) => handleRequest(handler, request, response))
  // Node only tracks the connections of servers that listen, so we track them here.
  const open = new Set<Duplex>()
  let isOpen = true
  const connect = (origin: string) => {
    const [near, far] = connection(origin.startsWith('https:'))
    open.add(far)
    far.once('close', () => open.delete(far))
    server.emit('connection', far)
    return near
  }
  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const { origin } = new URL(request.url)
      if (!isOpen) throw new TypeError(`The emulator at ${origin} is closed`)
      if (!origins.includes(origin)) {
        throw new TypeError(`This fetch only reaches ${origins.join(' and ')}, not ${origin}`)
      }
      return exchange(request, () => connect(origin))
    },
    close() {
      isOpen = false
      for (const far of open) far.destroy()
    },
  }
}

/** Returns the server of an emulator that does not listen. It has a URL, but receives no requests there. */
export function serverWithoutPort({ host, port, https }: Place): HttpServer {
  const urlOf = (name: string) => new URL(`${https ? 'https' : 'http'}://${name}:${port}`).origin
  return { url: urlOf(nameOf(host)), urlOf, serve() {}, close: async () => {} }
}

interface Place {
  host: string
  port: number
  https: boolean
}

// Connects two streams like a socket: if one side closes, so does the other. Node's `duplexPair` does not do that.
function connection(encrypted: boolean): [near: Duplex, far: Duplex] {
  const [near, far] = duplexPair()
  const reset = Object.assign(new Error('The connection was reset'), { code: 'ECONNRESET' })
  far.once('close', () => near.destroyed || near.destroy(far.writableFinished ? undefined : reset))
  near.once('close', () => far.destroy())
  return [near, Object.assign(far, { encrypted })]
}

async function exchange(request: Request, createConnection: () => Duplex): Promise<Response> {
  const { method, signal } = request
  signal.throwIfAborted()
  const url = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const length = body.length > 0 || method === 'POST' ? { 'content-length': body.length } : {}
  const headers = { host: url.host, ...length, ...Object.fromEntries(request.headers) }
  const path = url.pathname + url.search
  return new Promise((resolve, reject) => {
    const sent = send({ createConnection, method, path, headers, signal })
    sent.once('response', (incoming) => resolve(responseOf(incoming)))
    sent.once('error', (cause) =>
      reject(signal.aborted ? signal.reason : new TypeError('fetch failed', { cause })),
    )
    sent.end(body)
  })
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = incoming
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  }
  // Fetch Standard §2.2.3: a null body status.
  const hasBody = ![204, 205, 304].includes(status)
  if (!hasBody) incoming.resume()
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null // Node's own type of the same stream
  return new Response(body, { status, headers })
}
